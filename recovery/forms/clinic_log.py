"""The log that staff write for a patient who cannot."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.clock import local_day
from recovery.domain.log import LogField
from recovery.forms.clinic import ClinicForm, DayField
from recovery.forms.patient import TemperatureField, YesNoField
from recovery.queries import clinic_words
from recovery.queries.clinic_log import LABELS
from recovery.queries.clinic_patient import Assigned

ASKED = (
    "pain_controlled",
    "swelling",
    "numb_colour",
    "wound",
    "cast",
    "temperature",
    "exercise_pain_after",
    "fall",
)
PAIN = [("", ""), *((str(number), str(number)) for number in range(11))]


class StaffLogForm(ClinicForm):
    """One day of a patient, as they told it. Only pain at rest is asked for."""

    day = DayField(label=_("Day"))
    pain_rest = forms.TypedChoiceField(
        label=_("Pain at rest"),
        choices=PAIN,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a number for the pain, from 0 to 10."),
            "invalid_choice": _("Choose a number for the pain, from 0 to 10."),
        },
    )
    pain_move = forms.TypedChoiceField(
        label=_("Pain on moving"),
        choices=PAIN,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select,
    )
    note = forms.CharField(
        label=_("Note, in the patient's words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    save_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    done_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        zone: str,
        table: Iterable[LogField],
        programme: Iterable[Assigned],
        now: datetime,
        week: int,
        **kwargs: Any,
    ) -> None:
        today = local_day(now, zone)
        kwargs["initial"] = {
            "day": today,
            "save_id": uuid4(),
            "done_at": now.isoformat(),
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        self.now = now
        self.asked = [one for one in table if one.name in ASKED and _fits(one, week)]
        moves = [(str(one.row.public_id), f"{one.name}\n{one.dose}") for one in programme if not one.state]
        if moves:
            self.fields["exercises_done"] = forms.MultipleChoiceField(
                label=_("Exercises done"), choices=moves, required=False, widget=forms.CheckboxSelectMultiple
            )
        for one in self.asked:
            self.fields[one.name] = _field(one)
        self.order_fields(
            ["day", "pain_rest", "pain_move", "exercises_done", *(one.name for one in self.asked), "note"]
        )

    def answers(self) -> Mapping[str, object]:
        """Return what was answered, by the names of the reference; the form is valid."""
        names = ["pain_rest", "pain_move", "exercises_done", *(one.name for one in self.asked), "note"]
        given = {name: self.cleaned_data.get(name) for name in names}
        return {name: value for name, value in given.items() if value not in (None, "", [])}

    def clean_done_at(self) -> datetime:
        """Return the instant the page was opened: the same for a form that is sent twice."""
        at: datetime | None = self.cleaned_data["done_at"]
        return at if at and self.now - timedelta(days=1) <= at <= self.now else self.now

    def start_again(self) -> None:
        """Make the next press a save of its own, done when it is pressed."""
        self.renew(save_id=uuid4(), done_at=self.now.isoformat())

    def key(self) -> UUID:
        """Return the id of this save, so that sending it twice makes one."""
        return self.cleaned_data["save_id"] or uuid4()


def _fits(one: LogField, week: int) -> bool:
    """Say whether a question is asked; that about pain medicine only while it opens a warning sign."""
    is_over = one.flags_until_week is not None and week >= one.flags_until_week
    return one.is_asked(week) and not is_over


def _field(one: LogField) -> forms.Field:
    label = str(LABELS.get(one.name) or clinic_words.plain(one.name))
    if one.kind == "bool":
        return YesNoField(label=label, choices=[("", _("Not asked"))], widget=forms.Select)
    if one.kind == "decimal":
        return TemperatureField(label=label)
    choices = [(option, clinic_words.plain(option)) for option in one.options]
    if one.kind == "multi":
        return forms.MultipleChoiceField(
            label=label,
            choices=choices,
            required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "d2"}),
        )
    return forms.ChoiceField(label=label, choices=[("", _("Not asked")), *choices], required=False)
