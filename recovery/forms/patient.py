"""What a patient types: where it hurt, which warning signs fit, and fields that several forms share."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from recovery.domain import log as rules
from recovery.queries.patient import HelpPage, signs_of
from recovery.queries.patient_words import SPOTS

PAIN = [(str(number), str(number)) for number in range(rules.PAIN_BOUNDS[0], rules.PAIN_BOUNDS[1] + 1)]
PAIN_WORDS = _lazy("Choose a number for your pain, from 0 to 10.")
CHOICE_WORDS = _lazy("Choose one of the answers shown.")
WHERE_LENGTH = 120


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


class HurtForm(forms.Form):
    """How much an exercise hurt, and where. The id makes a second press of the button count once."""

    set_id = forms.UUIDField(widget=forms.HiddenInput)
    spot = forms.MultipleChoiceField(
        label=_lazy("Where did it hurt?"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "c2 tight"}),
        error_messages={"invalid_choice": CHOICE_WORDS},
    )
    where = forms.CharField(label=_lazy("Say more"), required=False, max_length=WHERE_LENGTH)

    def __init__(self, data: QueryDict | None = None, *, region: str = "") -> None:
        super().__init__(data, initial={"set_id": uuid.uuid4()})
        self._spots = SPOTS.get(region, SPOTS["general"])
        choices = [(str(place), capfirst(str(words))) for place, words in enumerate(self._spots)]
        self.fields["spot"].choices = choices  # type: ignore[attr-defined]
        self.fields["pain"] = pain_field(_("How much did it hurt?"), required=True)
        self.order_fields(["set_id", "pain", "spot", "where"])

    def clean(self) -> dict[str, Any]:
        """Put the places that were ticked and the person's own words together as one line."""
        data = super().clean() or {}
        ticked = [str(self._spots[int(one)]) for one in data.get("spot", ())]
        line = ", ".join([*ticked, *([data["where"]] if data.get("where") else [])])
        if len(line) > WHERE_LENGTH:
            words = _("This is too long together. Tick fewer places, or use fewer words.")
            self.add_error("where", ValidationError(words, code="too_long"))
        return {**data, "line": line}


class SetForm(forms.Form):
    """One set done or taken back, by its id; ``then`` is the page to come back to."""

    set_id = forms.UUIDField()
    then = forms.CharField(required=False, max_length=20)

    @property
    def comes_back_to(self) -> str:
        """Name the page that shows what the press did: the one that counts sets, or the exercise's own."""
        return "recovery:count" if self.data.get("then") == "count" else "recovery:exercise"


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
