"""One day's log: the questions of the clinical tables that fit the person, and what they typed."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from recovery.domain import log as rules
from recovery.domain.problem import Problem
from recovery.forms import patient_questions as questions
from recovery.forms.patient import TemperatureField, pain_field, yes_no
from recovery.queries.patient import DayPage

DAY_WORDS = {
    rules.IN_FUTURE: _lazy("This day has not begun yet. You can save your answers for today instead."),
    rules.BEFORE_INJURY: _lazy(
        "This day is before your injury. Your answers are not saved, but they are still here."
    ),
    rules.TOO_FAR_BACK: _lazy(
        "You can log up to %(days)s days back. Your answers are not saved, but they are still here."
    ),
}
FILLED_LENGTH = 4000
"""Room for the names of all questions, and for the ids of as many exercises as a page shows."""
GOALS_FIELD = "goals"


class DayForm(forms.Form):
    """One day's log. Its questions come from the clinical tables, by what fits the person and the week.

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
        # What was asked when the page was made is still taken if a second device has answered it since.
        self._weekly = [one for one in page.weekly if one not in page.resting or self._was_sent(one)]
        asked = self._asked()
        known = _initial(page, asked)
        ticks = known.get("exercises_done")
        scored = [GOALS_FIELD] if GOALS_FIELD in self._weekly and page.answers.get(GOALS_FIELD) else []
        filled = [*sorted(known), *scored, *(ticks if isinstance(ticks, list) else [])]
        goals = questions.goals_shown(page) if GOALS_FIELD in self._weekly else {}
        first = {**known, **goals, "save_id": uuid.uuid4(), "filled": " ".join(filled)}
        super().__init__(data, initial=first)
        self.fields.update(asked)
        if GOALS_FIELD in self._weekly:
            self.fields.update(questions.goal_fields())
        self.fields["pain_rest"].widget.attrs["required"] = True

    def _asked(self) -> dict[str, forms.Field]:
        """Return the questions in the order of the page."""
        page, one = self.page, self.page.fields
        made: dict[str, forms.Field | None] = {
            "pain_rest": pain_field(questions.first_sentence(one["pain_rest"]), required=True),
            "pain_move": pain_field(questions.first_sentence(one["pain_move"]), required=False),
            "pain_controlled": yes_no(_(one["pain_controlled"].prompt)) if page.asks_relief else None,
            "exercises_done": questions.exercises(page.tasks),
            "swelling": questions.options(one["swelling"]),
            "check": questions.check(),
            **{name: questions.details(one[name]) for name in page.details},
            rules.NOTE_FIELD: questions.note(),
            "temperature": TemperatureField(label=_("Your temperature, in °C or °F")),
        }
        folded = [*page.more, *(name for name in self._weekly if name != GOALS_FIELD)]
        made |= {name: questions.question(one[name], page) for name in folded}
        return {name: field for name, field in made.items() if field is not None}

    def _was_sent(self, name: str) -> bool:
        names = questions.GOAL_NAMES if name == GOALS_FIELD else (name,)
        return self._sent is not None and any(self._sent.get(one) for one in names)

    def clean(self) -> dict[str, Any]:
        """Say why the day cannot be logged, whatever else is wrong; and what a goal lacks."""
        super().clean()
        if self._problem is not None:
            words, code = DAY_WORDS[self._problem.code], self._problem.code
            self.add_error(None, ValidationError(words, code=code, params=dict(self._problem.params)))
        if GOALS_FIELD in self._weekly:
            shown = questions.goals_shown(self.page)
            for name, problem in questions.goal_problems(self.cleaned_data, shown).items():
                self.add_error(name, problem)
        return self.cleaned_data

    @property
    def detail_fields(self) -> list[forms.BoundField]:
        """Return the questions behind "something is wrong"."""
        return [self[name] for name in self.page.details]

    @property
    def has_details(self) -> bool:
        """Say whether the fold with the details should stand open."""
        return self["check"].value() == "wrong" or self._is_open(self.page.details)

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """Return the questions that anybody may skip."""
        return [self[name] for name in self.page.more]

    @property
    def has_more(self) -> bool:
        """Say whether the fold with these questions should stand open."""
        return self._is_open(self.page.more)

    @property
    def weekly_fields(self) -> list[forms.BoundField]:
        """Return the questions of the week that are asked now, but for the goals."""
        return [self[name] for name in self._weekly if name != GOALS_FIELD]

    @property
    def goal_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return each goal with its score; none where goals are not asked for now."""
        pairs = zip(*[iter(questions.GOAL_NAMES)] * 2, strict=True) if GOALS_FIELD in self._weekly else ()
        return [(self[goal], self[score]) for goal, score in pairs]

    @property
    def has_weekly(self) -> bool:
        """Say whether the fold with the questions of the week should stand open."""
        scores = questions.GOAL_NAMES[1::2] if GOALS_FIELD in self._weekly else ()
        errors = any(self.errors.get(name) for name in questions.GOAL_NAMES)
        return errors or self._is_open([*(one.name for one in self.weekly_fields), *scores])

    def _is_open(self, names: Any) -> bool:
        return any(self[name].value() not in (None, "", []) or self[name].errors for name in names)

    def answers(self) -> dict[str, object]:
        """Return what this save sets: each answer, and None for one that was shown and is taken back."""
        filled = self._filled()
        apart = {"save_id", "filled", *questions.GOAL_NAMES}
        given = {name: self.cleaned_data.get(name) for name in self.fields if name not in apart}
        if GOALS_FIELD in self._weekly:
            given[GOALS_FIELD] = questions.goals(self.cleaned_data)
        taken = given.get("medication")
        if taken or "medication" in filled:
            given["medication"] = [*(taken or ()), *self._left_unseen("medication")]
        found: dict[str, object] = {}
        for name, value in given.items():
            if value not in (None, "", []):
                found[name] = value
            elif name in filled:
                found[name] = [] if name == "exercises_done" else None
        return found

    @property
    def kinds(self) -> str:
        """Name each question's kind of answer, for a phone that keeps the answers until it is online."""
        apart = {"save_id", "filled", *questions.GOAL_NAMES}
        names = [name for name in self.fields if name not in apart]
        names += [GOALS_FIELD] if GOALS_FIELD in self._weekly else []
        kinds = {name: one.kind for name, one in self.page.fields.items()}
        return " ".join(f"{name}:{kinds.get(name, 'text')}" for name in names)

    def shown_ticks(self) -> list[str]:
        """Return the exercises of this day that the page showed as ticked."""
        filled = set(self._filled())
        return [str(one.id) for one in self.page.tasks if str(one.id) in filled]

    def _left_unseen(self, name: str) -> list[object]:
        """Return what the day's answer holds and the page does not offer any more, a stopped medicine say."""
        field, stored = self.fields.get(name), self.page.answers.get(name)
        if not isinstance(field, forms.MultipleChoiceField) or not isinstance(stored, list):
            return []
        return [one for one in stored if not field.valid_value(one)]

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


def _initial(page: DayPage, asked: Mapping[str, forms.Field]) -> dict[str, object]:
    """Return the answers that the page shows already; an exercise is ticked when its sets are done."""
    done = [str(one.id) for one in page.tasks if one.is_done]
    answers = {**page.answers, "exercises_done": done}
    known = {name: _offered(answers.get(name), field) for name, field in asked.items()}
    return {name: value for name, value in known.items() if value not in (None, "", [])}


def _offered(value: object, field: forms.Field) -> object:
    """Leave out what the page does not offer, so that it is not taken back unseen."""
    if isinstance(field, forms.MultipleChoiceField):
        return [one for one in value if field.valid_value(one)] if isinstance(value, list) else value
    is_offered = not isinstance(field, forms.ChoiceField) or field.valid_value(field.prepare_value(value))
    return value if is_offered else None
