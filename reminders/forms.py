"""What a patient can choose about reminders, as a form."""

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from reminders.domain import facts as known
from reminders.models import Preference, StaffPreference
from reminders.services.preferences import Choice
from reminders.services.words import time_words

SWITCHES = {
    "send_exercises": (known.EXERCISES,),
    "send_log": (known.LOG,),
    "send_visits": (known.VISIT, known.VISIT_CHANGED),
    "send_x_rays": (known.X_RAY_BOOK, known.X_RAY_OVERDUE, known.WOUND_CHECK),
    "send_plan_changes": (known.PLAN_CHANGED, known.GATE_WAITING),
    "send_medicines": (known.MEDICINE, known.BONE_HEALTH),
}
PAUSE_DAYS = {"3": 3, "7": 7}
EXERCISE_HOURS = ("exercise_at", "exercise_at_2", "exercise_at_3")
HOURS = ("log_at", "visit_at", "quiet_until", "quiet_from")


def _half_hours(first: int, last: int) -> list[time]:
    return [time(hour, minute) for hour in range(first, last) for minute in (0, 30)] + [time(last)]


def _hour(label: Any, first: int, last: int, *, none: Any = "") -> forms.TypedChoiceField:
    """Offer the half hours from ``first`` to ``last`` o'clock, and ``none`` of them where it has words."""

    def choices() -> list[tuple[str, str]]:
        hours = [(f"{one:%H:%M}", time_words(one)) for one in _half_hours(first, last)]
        return [("", str(none)), *hours] if none else hours

    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=time.fromisoformat, required=not none, empty_value=None
    )


def _switch(label: Any, help_text: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


class PreferenceForm(forms.Form):
    """Everything on the page about reminders; it fills and returns a ``Choice``."""

    send_exercises = _switch(_("Exercises"), _("At your times, only while sets are left to do"))
    send_log = _switch(_("Daily log"), _("Once a day, only if it is empty"))
    send_visits = _switch(_("X-ray and clinic visits"), _("7 days before, the day before, and that morning"))
    send_x_rays = _switch(_("X-rays and checks to book"), _("Once before, and once if an x-ray is late"))
    send_plan_changes = _switch(
        _("Changes of my plan"), _("When your team changes it, or a step waits for your team")
    )
    send_medicines = _switch(_("Medicines and bone health"), _("At the times on your list, in a pause too"))
    exercise_at = _hour(_("Exercises"), 8, 20)
    exercise_at_2 = _hour(_("Exercises, second time"), 8, 20, none=_("None"))
    exercise_at_3 = _hour(_("Exercises, third time"), 8, 20, none=_("None"))
    log_at = _hour(_("Daily log"), 8, 20)
    visit_at = _hour(_("Visits"), 8, 20)
    quiet_until = _hour(_("No e-mails before"), 8, 12)
    quiet_from = _hour(_("No e-mails after"), 17, 21)
    hide_details = _switch(
        _("Hide health details"),
        _("E-mails then say “You have a visit on Friday” with no body part or kind of visit"),
    )
    paused_until_on = forms.DateField(label=_("Start again on"), required=False, widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every hour that is chosen already, be it none of the half hours."""
        super().__init__(*args, **kwargs)
        for name in (*EXERCISE_HOURS, *HOURS):
            field, chosen = self.fields[name], self.initial.get(name)
            assert isinstance(field, forms.TypedChoiceField)  # noqa: S101  # nosec: declared above
            if chosen and not field.valid_value(chosen):
                more = (chosen, time_words(time.fromisoformat(chosen)))
                field.choices = sorted([*list(field.choices), more])  # type: ignore[arg-type]

    @staticmethod
    def initial_of(preference: Preference) -> dict[str, Any]:
        """Return what the form shows for a stored preference."""
        hours = {name: f"{getattr(preference, name):%H:%M}" for name in HOURS}
        times = preference.exercise_times()
        hours |= {name: f"{at:%H:%M}" for name, at in zip(EXERCISE_HOURS, times, strict=False)}
        switches = {name: not set(kinds) & set(preference.kinds_off) for name, kinds in SWITCHES.items()}
        rest = {"hide_details": preference.hide_details, "paused_until_on": preference.paused_until_on}
        return {**hours, **switches, **rest}

    def to_choice(self, *, pause: str = "", today: date) -> Choice:
        """Return what was chosen. ``pause`` is a quick button's value: days from ``today`` on, or ``end``."""
        data = self.cleaned_data
        until_on = data["paused_until_on"]
        if pause in PAUSE_DAYS:
            until_on = today + timedelta(days=PAUSE_DAYS[pause])
        elif pause == "end" or (until_on and until_on <= today):
            until_on = None
        return Choice(
            kinds_off=frozenset(kind for name, kinds in SWITCHES.items() if not data[name] for kind in kinds),
            hide_details=data["hide_details"],
            paused_until_on=until_on,
            exercise_hours=tuple(data[name] for name in EXERCISE_HOURS if data[name]),
            **{name: data[name] for name in HOURS},
        )

    def refuse(self, error: ValidationError) -> None:
        """Put a refusal beside its field; that of an hour for exercises beside the last that holds it."""
        for name, errors in getattr(error, "error_dict", {NON_FIELD_ERRORS: [error]}).items():
            for one in errors:
                field = self._exercise_field(one) if name == "exercise_hours" else name
                self.add_error(None if field == NON_FIELD_ERRORS else field, one)

    def _exercise_field(self, error: ValidationError) -> str:
        at = (error.params or {}).get("at")
        return next(
            (name for name in reversed(EXERCISE_HOURS) if self.cleaned_data.get(name) == at),
            EXERCISE_HOURS[0],
        )


class MorningForm(forms.Form):
    """Whether and when a member of staff wants the morning list."""

    wants_digest = _switch(_("Morning list"), _("How many of your patients need somebody, and why. No names"))
    digest_at = _hour(_("Hour"), 5, 11)

    @staticmethod
    def initial_of(preference: StaffPreference) -> dict[str, Any]:
        """Return what the form shows for a stored preference."""
        return {"wants_digest": preference.wants_digest, "digest_at": f"{preference.digest_at:%H:%M}"}
