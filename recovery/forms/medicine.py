"""What stands on the list of medicines: typed by the patient, or by staff for them."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from recovery.domain.medicines import LABEL_LENGTH
from recovery.forms.clinic import ClinicForm, DayField
from recovery.models import Medicine, Recovery
from recovery.queries.medicines import often
from recovery.queries.patient_place import bone_of

OFFERED_DAYS = (1, 2, 7, 28, 84, 182, 364)
TIMES_SHOWN = 3
NO_TIME, WRONG_TIME = _("Give a time."), _("Give the time as hours and minutes, such as 8:00.")
HINTS = {
    Medicine.Kind.MEDICINE: _("What your team told you to take"),
    Medicine.Kind.SUPPLEMENT: _("Such as a vitamin or a mineral"),
    Medicine.Kind.BONE_HEALTH: _("Such as an injection or a check for your bones"),
}


class MedicineForm(ClinicForm):
    """One thing on the list: what it is, how often, and at which times. ``row`` is what is changed."""

    medicine_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    recovery = forms.ChoiceField(label=_("For which broken bone?"))
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=lambda: [(kind, f"{kind.label}\n{hint}") for kind, hint in HINTS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is.")},
    )
    label = forms.CharField(
        label=_("Name"),
        max_length=LABEL_LENGTH,
        help_text=_("As it stands on the pack, or in your own words."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write its name.")},
    )
    every_days = forms.TypedChoiceField(label=_("How often?"), coerce=int)
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), required=False)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        today: date,
        recoveries: Sequence[Recovery] = (),
        row: Medicine | None = None,
    ) -> None:
        times = row.times() if row else ()
        super().__init__(data, initial=_initial(row, times, today))
        self._choose(row, recoveries)
        days = sorted({*OFFERED_DAYS, row.every_days if row else 1})
        choices = [(one, capfirst(often(one))) for one in days]
        self.fields["every_days"].choices = choices  # type: ignore[attr-defined]
        self.time_names = [f"at_{number}" for number in range(1, max(TIMES_SHOWN, len(times)) + 1)]
        for name in self.time_names:
            self.fields[name] = _time_field(name)

    def _choose(self, row: Medicine | None, recoveries: Sequence[Recovery]) -> None:
        """Ask for the kind of what is new only, and for the bone only where there are several."""
        if row is not None:
            del self.fields["kind"], self.fields["medicine_id"]
        if len(recoveries) > 1:
            choices = [(str(one.public_id), bone_of(one)) for one in recoveries]
            self.fields["recovery"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["recovery"]

    def time_fields(self) -> list[forms.BoundField]:
        """Return the questions for times, for the template."""
        return [self[name] for name in self.time_names]

    def values(self) -> dict[str, Any]:
        """Return what was typed, by the service's names; the form is valid."""
        names = ("kind", "label", "every_days", "starts_on", "ends_on")
        given = {name: self.cleaned_data[name] for name in names if name in self.fields}
        return {**given, "times": self.times()}

    def times(self) -> list[time]:
        """Return the times that were typed, as often as they stand there."""
        return [self.cleaned_data[name] for name in self.time_names if self.cleaned_data[name] is not None]

    def save_id(self) -> UUID:
        """Return the id it is kept under, so that sending it twice makes one."""
        return self.cleaned_data["medicine_id"] or uuid4()

    def refuse(self, error: ValidationError) -> None:
        """Put a refusal beside its field; where the id was used already, the next press adds anew."""
        super().refuse(error)
        if getattr(error, "code", "") == "conflict":
            self.renew(medicine_id=uuid4())

    def _put(self, name: str, error: ValidationError) -> None:
        super()._put(self.time_names[0] if name == "times" else name, error)


def _initial(row: Medicine | None, times: Sequence[time], today: date) -> dict[str, Any]:
    hours = {f"at_{number}": at for number, at in enumerate(times, start=1)}
    if row is None:
        return {"medicine_id": uuid4(), "starts_on": today, "every_days": 1}
    known = {name: getattr(row, name) for name in ("label", "every_days", "starts_on", "ends_on")}
    return {**known, **hours}


def _time_field(name: str) -> forms.TimeField:
    number = int(name.removeprefix("at_"))
    label = _text("Time") if number == 1 else _text("Time %(number)s") % {"number": number}
    words = {"required": NO_TIME, "invalid": WRONG_TIME}
    return forms.TimeField(label=label, required=number == 1, error_messages=words)
