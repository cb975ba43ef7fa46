"""The form of the programme's page: a tick and a dose for each move that is offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from recovery.domain.exercises import DOSE_BOUNDS
from recovery.forms.clinic import ClinicForm, DayField
from recovery.queries.clinic_assign import Offered
from recovery.services.exercises import Dose

LATEST_START = timedelta(days=180)
NAMES = {
    "sets": _("Sets"),
    "reps": _("Repetitions"),
    "hold_s": _("Hold, seconds"),
    "minutes": _("Minutes"),
    "per_day": _("Times a day"),
}
_RUNNING = {"hold_s": "hold_seconds", "per_day": "times_per_day"}


@dataclass(frozen=True, slots=True)
class Line:
    """One move with its bound fields, for the template."""

    offered: Offered
    tick: BoundField
    dose: tuple[BoundField, ...]
    note: BoundField
    ok: BoundField | None
    is_open: bool


class AssignForm(ClinicForm):
    """Moves to assign. What is not offered has no field, so that nobody can send it."""

    refusals: ClassVar[dict[str, str]] = {"ends_early": "starts_on"}

    starts_on = DayField(label=_("First day"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Needed where a move asks for a clinician's word."),
    )

    def __init__(self, *args: Any, offers: Sequence[Offered], today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": today, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.today, self.offers = today, offers
        for one in offers:
            self.fields[f"tick-{one.id}"] = forms.BooleanField(required=False, label=one.offer.exercise.name)
            for name, label in NAMES.items():
                self.fields[f"{name}-{one.id}"] = _dose_field(one, name, str(label))
            self.fields[f"note-{one.id}"] = forms.CharField(
                label=_("Note to the patient"),
                max_length=300,
                required=False,
                initial=one.running.note if one.running else "",
            )
            if one.offer.needs_ok:
                self.fields[f"ok-{one.id}"] = forms.BooleanField(
                    required=False, label=_("A clinician allows this move")
                )

    def lines(self) -> list[Line]:
        """Return the moves with their fields, in the library's order."""
        return [self._line(one) for one in self.offers]

    def clean_starts_on(self) -> date:
        """Refuse days in the past and far ahead: a programme starts now or soon."""
        day: date = self.cleaned_data["starts_on"]
        if not self.today <= day <= self.today + LATEST_START:
            raise ValidationError(
                _("Choose a day from today to half a year ahead."), code="start_out_of_reach"
            )
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for at least one move, for the word that some moves need, and for the reason of it."""
        super().clean()
        ticked = self._ticked()
        self._look_at_doses(ticked)
        if not ticked:
            raise ValidationError(_("Tick at least one exercise."), code="none_ticked")
        for one in ticked:
            if one.offer.needs_ok and not self.cleaned_data.get(f"ok-{one.id}"):
                words = _text("%(name)s: tick that a clinician allows it.") % {
                    "name": one.offer.exercise.name
                }
                self.add_error(f"ok-{one.id}", ValidationError(words, code="needs_ok"))
        if any(one.offer.needs_ok for one in ticked) and not self.cleaned_data.get("reason"):
            self.add_error("reason", ValidationError(_("Say who allowed it, and why."), code="required"))
        return self.cleaned_data

    def _look_at_doses(self, ticked: list[Offered]) -> None:
        """Ask for the numbers of what is ticked, and for no others."""
        for one in self.offers:
            for name in NAMES:
                field = f"{name}-{one.id}"
                if one not in ticked:
                    self.errors.pop(field, None)
                elif self.cleaned_data.get(field) is None and field not in self.errors:
                    if DOSE_BOUNDS[name][0] == 0:
                        self.cleaned_data[field] = 0
                    else:
                        self.add_error(field, ValidationError(_bounds_words(one, name), code="required"))

    def doses(self) -> list[Dose]:
        """Return the ticked moves with their doses; the form is valid."""
        return [self._dose(one) for one in self._ticked()]

    def _ticked(self) -> list[Offered]:
        return [one for one in self.offers if self.cleaned_data.get(f"tick-{one.id}")]

    def _dose(self, one: Offered) -> Dose:
        answers = {name: self.cleaned_data[f"{name}-{one.id}"] for name in NAMES}
        return Dose(
            exercise_id=one.id,
            sets=answers["sets"],
            reps=answers["reps"],
            times_per_day=answers["per_day"],
            hold_seconds=answers["hold_s"],
            minutes=answers["minutes"],
            note=self.cleaned_data[f"note-{one.id}"],
        )

    def _line(self, one: Offered) -> Line:
        dose = tuple(self[f"{name}-{one.id}"] for name in NAMES)
        ok = self[f"ok-{one.id}"] if one.offer.needs_ok else None
        has_errors = any(field.errors for field in (*dose, self[f"note-{one.id}"]))
        return Line(one, self[f"tick-{one.id}"], dose, self[f"note-{one.id}"], ok, has_errors)


def _dose_field(one: Offered, name: str, label: str) -> forms.IntegerField:
    low, high = DOSE_BOUNDS[name]
    value = (
        getattr(one.running, _RUNNING.get(name, name)) if one.running else getattr(one.offer.exercise, name)
    )
    words = _bounds_words(one, name)
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=low,
        max_value=high,
        initial=value or 0,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


def _bounds_words(one: Offered, name: str) -> str:
    low, high = DOSE_BOUNDS[name]
    return _text("%(name)s, %(field)s: give a number from %(low)s to %(high)s.") % {
        "name": one.offer.exercise.name,
        "field": str(NAMES[name]).lower(),
        "low": low,
        "high": high,
    }
