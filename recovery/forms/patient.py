"""What a patient types: a day, where it hurt, which warning signs fit."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from recovery.domain import log as rules
from recovery.domain.log import LogField
from recovery.domain.problem import Problem
from recovery.queries.patient import DayPage, HelpPage, signs_of
from recovery.queries.patient_tasks import Task

PAIN = [(str(number), str(number)) for number in range(rules.PAIN_BOUNDS[0], rules.PAIN_BOUNDS[1] + 1)]
PAIN_WORDS = _lazy("Choose a number for your pain, from 0 to 10.")
CHOICE_WORDS = _lazy("Choose one of the answers shown.")
DAY_WORDS = {
    rules.IN_FUTURE: _lazy("This day has not begun yet. You can save your answers for today instead."),
    rules.BEFORE_INJURY: _lazy(
        "This day is before your injury. Your answers are not saved, but they are still here."
    ),
    rules.TOO_FAR_BACK: _lazy(
        "You can log up to %(days)s days back. Your answers are not saved, but they are still here."
    ),
}
WHERE_LENGTH = 120
FILLED_LENGTH = 4000
"""Room for the names of all questions, and for the ids of as many exercises as a page shows."""


def pain_field(label: str, *, required: bool) -> forms.TypedChoiceField:
    """Return eleven numbers of which none is chosen at first."""
    return forms.TypedChoiceField(
        label=label,
        required=required,
        choices=PAIN,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": PAIN_WORDS, "invalid_choice": PAIN_WORDS},
    )


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or no answer."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [*kwargs.pop("choices", ()), ("yes", _lazy("Yes")), ("no", _lazy("No"))]
        words = {"invalid_choice": CHOICE_WORDS}
        super().__init__(
            choices=choices,
            coerce=lambda sent: sent == "yes",
            empty_value=None,
            required=False,
            error_messages=words,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        """Return a stored answer as the choice that shows it."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class TemperatureField(forms.FloatField):
    """A body temperature, with a point or a comma."""

    def __init__(self, **kwargs: Any) -> None:
        box = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        words = {"invalid": _lazy("Give a temperature, such as 38.2 °C or 100.8 °F.")}
        super().__init__(required=False, widget=box, error_messages=words, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Return the number, or None."""
        return super().to_python(str(value or "").replace(",", "."))


def yes_no(label: str) -> YesNoField:
    """Return a question that is answered with one tap."""
    return YesNoField(label=label, widget=forms.RadioSelect(attrs={"class": "c2 mid"}))


class DayForm(forms.Form):
    """One day's log. Its questions come from the clinical tables, by what fits the repair.

    ``filled`` names the questions that showed an answer when the page was made, and the exercises that it
    showed as ticked: only those can be taken back, so that a second device's answer is never wiped by a page
    that did not know it.

    ``problem`` is why the day that was sent cannot be logged. For a day to come the page is today's: what was
    sent for the other day takes nothing of today back.
    """

    save_id = forms.UUIDField(widget=forms.HiddenInput)
    filled = forms.CharField(widget=forms.HiddenInput, required=False, max_length=FILLED_LENGTH)

    def __init__(
        self, page: DayPage, data: QueryDict | None = None, *, problem: Problem | None = None
    ) -> None:
        if data is not None and problem is not None and problem.code == rules.IN_FUTURE:
            data = _renewed(data, filled="")
        self.page, self._sent, self._problem = page, data, problem
        was_asked = data is not None and "fall" in page.fields and bool(data.get("fall"))
        asked = {
            "pain_rest": pain_field(_first_sentence(page.fields["pain_rest"]), required=True),
            "pain_move": pain_field(_first_sentence(page.fields["pain_move"]), required=False),
            "pain_controlled": yes_no(_(page.fields["pain_controlled"].prompt)) if page.asks_relief else None,
            "exercises_done": _exercises(page.tasks),
            "swelling": _options(page.fields["swelling"]),
            "check": _check(),
            **{name: _details(page.fields[name]) for name in page.details},
            "temperature": TemperatureField(label=_("Your temperature, in °C or °F")),
            "fall": yes_no(_(page.fields["fall"].prompt)) if page.asks_fall or was_asked else None,
            rules.NOTE_FIELD: forms.CharField(
                label=_("Note (if you like)"),
                required=False,
                max_length=rules.NOTE_LENGTH,
                help_text=_("Your care team can read this. For anything urgent, phone."),
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
        }
        known = _initial(page, asked)
        ticks = known.get("exercises_done")
        filled = [*sorted(known), *(ticks if isinstance(ticks, list) else [])]
        super().__init__(data, initial={**known, "save_id": uuid.uuid4(), "filled": " ".join(filled)})
        self.fields.update({name: field for name, field in asked.items() if field is not None})
        self.fields["pain_rest"].widget.attrs["required"] = True

    def clean(self) -> dict[str, Any]:
        """Say why the day cannot be logged, whatever else is wrong."""
        super().clean()
        if self._problem is not None:
            words, code = DAY_WORDS[self._problem.code], self._problem.code
            self.add_error(None, ValidationError(words, code=code, params=dict(self._problem.params)))
        return self.cleaned_data

    @property
    def detail_fields(self) -> list[forms.BoundField]:
        """Return the questions behind "something is wrong"."""
        return [self[name] for name in self.page.details]

    @property
    def has_details(self) -> bool:
        """Say whether the fold with the details should stand open."""
        wrong = self["check"].value() == "wrong"
        return wrong or any(self[name].value() or self[name].errors for name in self.page.details)

    def answers(self) -> dict[str, object]:
        """Return what this save sets: each answer, and None for one that was shown and is taken back."""
        filled = self._filled()
        found: dict[str, object] = {}
        for name in self.fields:
            value = self.cleaned_data.get(name)
            if name in ("save_id", "filled"):
                continue
            if value not in (None, "", []):
                found[name] = value
            elif name in filled:
                found[name] = [] if name == "exercises_done" else None
        return found

    @property
    def kinds(self) -> str:
        """Name each question's kind of answer, for a phone that keeps the answers until it is online."""
        kinds = {name: one.kind for name, one in self.page.fields.items()}
        asked = [name for name in self.fields if name not in ("save_id", "filled")]
        return " ".join(f"{name}:{kinds.get(name, 'text')}" for name in asked)

    def shown_ticks(self) -> list[str]:
        """Return the exercises of this day that the page showed as ticked."""
        filled = set(self._filled())
        return [str(one.id) for one in self.page.tasks if str(one.id) in filled]

    def _filled(self) -> list[str]:
        return str(self.cleaned_data.get("filled", "")).split()

    def start_again(self) -> None:
        """Give the form a fresh id, so that pressing Save once more counts as a save of its own."""
        if self._sent is not None:
            self.data = _renewed(self._sent)


def _renewed(sent: QueryDict, **values: str) -> QueryDict:
    fresh = sent.copy()
    for name, value in {"save_id": str(uuid.uuid4()), **values}.items():
        fresh[name] = value
    return fresh


def _first_sentence(field: LogField) -> str:
    words, mark, _rest = _(field.prompt).partition("?")
    return words + mark


def _exercises(tasks: Iterable[Task]) -> forms.MultipleChoiceField | None:
    choices = [(str(one.id), f"{one.name}\n{_sets_words(one)}") for one in tasks]
    if not choices:
        return None
    return forms.MultipleChoiceField(
        label=_("Exercises done"),
        required=False,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOICE_WORDS},
    )


def _sets_words(task: Task) -> str:
    if task.is_done or not task.done:
        return ngettext("%(number)s set", "%(number)s sets", task.planned) % {"number": task.planned}
    words = _("%(done)s of %(planned)s sets so far. Tick when all are done.")
    return words % {"done": task.done, "planned": task.planned}


def _options(field: LogField) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_(field.prompt),
        required=False,
        choices=[(one, _capital(_(one))) for one in field.options],
        widget=forms.RadioSelect(attrs={"class": "c2 mid"}),
        error_messages={"invalid_choice": CHOICE_WORDS},
    )


def _details(field: LogField) -> forms.MultipleChoiceField:
    """Ask only for what opens a warning sign: this question stands behind "something is wrong"."""
    opening = {rule.answer for rule in field.flags}
    return forms.MultipleChoiceField(
        label=_(field.prompt),
        required=False,
        choices=[(one, _capital(_(one))) for one in field.options if one in opening],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOICE_WORDS},
    )


def _check() -> forms.ChoiceField:
    words = {
        "fine": _("All looks fine"),
        "wrong": _("Something is wrong") + "\n" + _("Say what below. Then we show what to do."),
    }
    return forms.ChoiceField(
        label=_("How does it look?"),
        required=False,
        choices=[(one, words[one]) for one in rules.CHECK_OPTIONS],
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": CHOICE_WORDS},
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _initial(page: DayPage, asked: Mapping[str, forms.Field | None]) -> dict[str, object]:
    """Return the answers that the page shows already; an exercise is ticked when its sets are done."""
    done = [str(one.id) for one in page.tasks if one.is_done]
    answers = {**page.answers, "exercises_done": done}
    known = {name: _offered(answers.get(name), field) for name, field in asked.items() if field}
    return {name: value for name, value in known.items() if value not in (None, "", [])}


def _offered(value: object, field: forms.Field) -> object:
    """Leave out of a list what the page does not offer, so that it is not taken back unseen."""
    if not isinstance(field, forms.MultipleChoiceField) or not isinstance(value, list):
        return value
    return [one for one in value if field.valid_value(one)]


class HurtForm(forms.Form):
    """How much an exercise hurt, and where. The id makes a second press of the button count once."""

    set_id = forms.UUIDField(widget=forms.HiddenInput)
    where = forms.CharField(label=_lazy("Where did it hurt?"), required=False, max_length=WHERE_LENGTH)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"set_id": uuid.uuid4()})
        self.fields["pain"] = pain_field(_("How much did it hurt?"), required=True)
        self.order_fields(["set_id", "pain", "where"])


class SetForm(forms.Form):
    """One set done or taken back, by its id."""

    set_id = forms.UUIDField()


class SignsForm(forms.Form):
    """The warning signs that fit, and which broken bone they are about where there are several."""

    sign = forms.MultipleChoiceField(
        error_messages={
            "required": _lazy("Tick what fits. If nothing fits and you are worried, call."),
            "invalid_choice": _lazy("Tick signs from this list."),
        }
    )
    recovery = forms.ChoiceField(required=False)

    def __init__(self, page: HelpPage, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["sign"].choices = [(one.value, one.words) for one in page.signs]  # type: ignore[attr-defined]
        self.fields["recovery"].choices = [("", ""), *((str(one.id), one.bone) for one in page.bones)]  # type: ignore[attr-defined]

    def flag_ids(self) -> list[str]:
        """Return the warning signs that were ticked, each once."""
        return list(signs_of(self.cleaned_data["sign"]))
