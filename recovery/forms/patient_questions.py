"""The questions of the daily log as fields: each kind of the clinical tables in its plainest control."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from recovery.domain import log as rules
from recovery.domain.log import LogField
from recovery.forms.patient import CHOICE_WORDS, PAIN, yes_no
from recovery.queries.patient import DayPage
from recovery.queries.patient_tasks import Task

GOAL_NAMES = tuple(
    name for number in range(1, rules.GOALS + 1) for name in (f"goal_{number}", f"goal_{number}_score")
)
"""A goal and its score, in turn."""
NUMBER_WORDS = _lazy("Give a number from %(low)s to %(high)s.")
SIDE_BY_SIDE = 14
"""Answers of at most so many letters stand two in a row."""


class NumberField(forms.FloatField):
    """A number between two bounds, with a point or a comma; a whole one where the table says so."""

    def __init__(self, *, label: str, bounds: tuple[int, int], is_whole: bool) -> None:
        self.bounds, self.is_whole = bounds, is_whole
        mode = "numeric" if is_whole else "decimal"
        box = forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"})
        super().__init__(label=label, required=False, widget=box)

    def to_python(self, value: Any) -> Any:
        """Return the number, or None. Raises ValidationError with the bounds."""
        low, high = self.bounds
        refusal = ValidationError(NUMBER_WORDS, code="out_of_bounds", params={"low": low, "high": high})
        try:
            number = super().to_python(str("" if value is None else value).replace(",", "."))
        except ValidationError:
            raise refusal from None
        if number is None:
            return None
        if not low <= number <= high or (self.is_whole and number != int(number)):
            raise refusal
        return int(number) if number == int(number) else number

    def prepare_value(self, value: Any) -> Any:
        """Return a stored number as it was typed: 7 and not 7.0."""
        return int(value) if isinstance(value, float) and value.is_integer() else value


def question(field: LogField, page: DayPage) -> forms.Field:
    """Return a question of the folds as a field."""
    label = _label(field, page)
    if field.name == "medication":
        return _ticks(label, [(one, one) for one in page.medicines])
    if field.name == "mood":
        return score(label, low=_("very low"), high=_("very good"))
    if field.kind == "load_code":
        return _load(label, page)
    if field.kind == "bool":
        return yes_no(label)
    if field.kind == "choice":
        return options(field)
    return _number(label, field)


def _load(label: str, page: DayPage) -> forms.ChoiceField:
    found = [(one.code, _(one.label)) for one in page.loads]
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", _("Choose")), *found],
        error_messages={"invalid_choice": CHOICE_WORDS},
    )


def _number(label: str, field: LogField) -> NumberField:
    if field.kind == "angle":
        angle = NumberField(label=label, bounds=rules.ANGLE_BOUNDS_DEG, is_whole=True)
        angle.help_text = _("In degrees")
        return angle
    low, high = rules.PLAIN_INT_BOUNDS
    bounds = (
        low if field.minimum is None else field.minimum,
        high if field.maximum is None else field.maximum,
    )
    return NumberField(label=label, bounds=bounds, is_whole=field.kind == "int")


def _label(field: LogField, page: DayPage) -> str:
    if field.name == "grip_or_heel_raise" and page.limb == "lower":
        return _("How many heel raises can you do?")
    if field.name == "grip_or_heel_raise":
        return _("How many squeezes can you do?")
    return _(field.prompt)


def first_sentence(field: LogField) -> str:
    """Return a prompt without what the scale below it says anyway."""
    words, mark, _rest = _(field.prompt).partition("?")
    return words + mark


def score(label: str, *, low: str, high: str) -> forms.TypedChoiceField:
    """Return eleven numbers with words for the ends, of which none is chosen at first."""
    field = forms.TypedChoiceField(
        label=label,
        required=False,
        choices=PAIN,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": CHOICE_WORDS},
    )
    field.ends = (low, high)  # type: ignore[attr-defined]
    return field


def exercises(tasks: Iterable[Task]) -> forms.MultipleChoiceField | None:
    """Return the exercises of the day to tick; None where there are none."""
    choices = [(str(one.id), f"{one.name}\n{_sets_words(one)}") for one in tasks]
    return _ticks(_("Exercises done"), choices) if choices else None


def _sets_words(task: Task) -> str:
    if task.is_done or not task.done:
        return ngettext("%(number)s set", "%(number)s sets", task.planned) % {"number": task.planned}
    words = _("%(done)s of %(planned)s sets so far. Tick when all are done.")
    return words % {"done": task.done, "planned": task.planned}


def options(field: LogField) -> forms.ChoiceField:
    """Return one of the table's answers to tap."""
    choices = [(one, capfirst(_(one))) for one in field.options]
    is_short = all(len(words) <= SIDE_BY_SIDE for _code, words in choices)
    return forms.ChoiceField(
        label=_(field.prompt),
        required=False,
        choices=choices,
        widget=forms.RadioSelect(attrs={"class": "c2 mid"} if is_short or field.name == "swelling" else {}),
        error_messages={"invalid_choice": CHOICE_WORDS},
    )


def details(field: LogField) -> forms.MultipleChoiceField:
    """Ask only for what opens a warning sign: this question stands behind "something is wrong"."""
    opening = {rule.answer for rule in field.flags}
    return _ticks(_(field.prompt), [(one, capfirst(_(one))) for one in field.options if one in opening])


def check() -> forms.ChoiceField:
    """Return whether all looks fine."""
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


def note() -> forms.CharField:
    """Return room for the person's own words."""
    return forms.CharField(
        label=_("Note (if you like)"),
        required=False,
        max_length=rules.NOTE_LENGTH,
        help_text=_("Your care team can read this. For anything urgent, phone."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _ticks(label: str, choices: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOICE_WORDS},
    )


# The person's own goals


def goal_fields() -> dict[str, forms.Field]:
    """Return room for three goals in the person's own words, each with a score."""
    found: dict[str, forms.Field] = {}
    for goal, mark in zip(GOAL_NAMES[::2], GOAL_NAMES[1::2], strict=True):
        number = goal.removeprefix("goal_")
        found[goal] = forms.CharField(
            label=_("Goal %(number)s") % {"number": number}, required=False, max_length=rules.LINE_LENGTH
        )
        found[mark] = forms.TypedChoiceField(
            label=_("Score of goal %(number)s") % {"number": number},
            required=False,
            choices=[("", _("Not scored")), *PAIN],
            coerce=int,
            empty_value=None,
            error_messages={"invalid_choice": CHOICE_WORDS},
        )
    return found


def goals_shown(page: DayPage) -> dict[str, object]:
    """Return the goals that the page starts with; scores only where this very day has them."""
    today: Any = page.answers.get("goals") or ()
    found: dict[str, object] = {}
    for number, goal in enumerate(page.goals[: rules.GOALS], start=1):
        found[f"goal_{number}"] = goal
        found |= {f"goal_{number}_score": one["score"] for one in today if one["goal"] == goal}
    return found


def goals(cleaned: Mapping[str, Any]) -> list[dict[str, object]]:
    """Return the goals that were scored, as the log keeps them."""
    pairs = [(cleaned.get(goal), cleaned.get(mark)) for goal, mark in _pairs()]
    return [{"goal": goal, "score": mark} for goal, mark in pairs if goal and mark is not None]


def goal_problems(cleaned: Mapping[str, Any], shown: Mapping[str, object]) -> dict[str, ValidationError]:
    """Return what a goal lacks. Goals as the page showed them, none of them scored, are no answer."""
    scored = [mark for _goal, mark in _pairs() if cleaned.get(mark) is not None]
    is_same = all((cleaned.get(goal) or "") == shown.get(goal, "") for goal, _mark in _pairs())
    problems: dict[str, ValidationError] = {}
    seen: set[str] = set()
    for goal, mark in _pairs():
        text = cleaned.get(goal)
        if mark not in cleaned or goal not in cleaned:
            continue
        if cleaned[mark] is not None and not text:
            problems[goal] = ValidationError(_("Write what you want to do again."), code="required")
        elif text and cleaned[mark] is None and (scored or not is_same):
            words = _("Choose a score for this goal, from 0 to 10.")
            problems[mark] = ValidationError(words, code="required")
        elif text and text in seen:
            problems[goal] = ValidationError(_("This goal is here twice."), code="twice")
        seen.add(text or "")
    return problems


def _pairs() -> Iterable[tuple[str, str]]:
    return zip(GOAL_NAMES[::2], GOAL_NAMES[1::2], strict=True)
