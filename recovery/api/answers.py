"""The questions of the clinical tables as fields, so that the API's description names each of them."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from recovery import protocols
from recovery.api.fields import (
    GoalsField,
    ManyField,
    NumberField,
    OptionField,
    TextField,
    WholeField,
    YesNoField,
    is_storable,
)
from recovery.domain.log import CHECK_FIELD, CHECK_OPTIONS, NOTE_FIELD, REQUIRED_FIELD, LogField
from recovery.domain.xray import XrayField

LONGEST_NAME = 60
NON_FIELD = "non_field_errors"
_NOT_TYPED = ("image", "computed")
_OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}


class OnlyKnown(serializers.Serializer):
    """A body in which every name must be known: a misspelt value must not vanish in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked values. Raises ValidationError for names that do not belong here."""
        if isinstance(data, Mapping):
            refuse_unknown(data, known=self.fields)
        return super().to_internal_value(data)


def refuse_unknown(names: Collection[str], *, known: Collection[str]) -> None:
    """Refuse a name that is not known. Raises ValidationError."""
    for name in names:
        if name not in known:
            words = {
                name if len(name) <= LONGEST_NAME else NON_FIELD: [_("This field does not belong here.")]
            }
            raise serializers.ValidationError(words, code="unknown_field")


def check_answers(answers: Mapping[str, Any], *, known: Collection[str]) -> None:
    """Refuse answers to no question, and values that no table could hold. Raises ValidationError."""
    refuse_unknown(answers, known=known)
    wrong = [name for name, value in answers.items() if not is_storable(value)]
    if wrong:
        words = {name: [_("This value cannot be stored.")] for name in wrong}
        raise serializers.ValidationError(words, code="invalid")


@cache
def _log_questions() -> tuple[LogField, ...]:
    return tuple(one for one in protocols.load().log_fields if one.kind not in _NOT_TYPED)


@cache
def log_names() -> frozenset[str]:
    """Return the names of the questions that a log may answer."""
    return frozenset(log_answers())


def log_answers() -> dict[str, serializers.Field]:
    """Return a field for each question of ``daily_log.yaml`` that can be typed, and our own two."""
    fields = {one.name: _log_field(one) for one in _log_questions()}
    fields[CHECK_FIELD] = OptionField(choices=CHECK_OPTIONS, **_OPTIONAL)
    fields[NOTE_FIELD] = TextField(max_length=2000, **_OPTIONAL)
    return fields


def _log_field(one: LogField) -> serializers.Field:
    ways: dict[str, Any] = {"help_text": one.prompt, **_OPTIONAL}
    if one.name == REQUIRED_FIELD:
        ways |= {"required": True, "allow_null": False}
    makers: dict[str, Callable[[], serializers.Field]] = {
        "int": lambda: WholeField(min_value=one.minimum, max_value=one.maximum, **ways),
        "bool": lambda: YesNoField(**ways),
        "decimal": lambda: NumberField(min_value=one.minimum, max_value=one.maximum, **ways),
        "angle": lambda: NumberField(**ways),
        "choice": lambda: OptionField(choices=one.options, **ways),
        "load_code": lambda: OptionField(choices=one.options, **ways),
        "multi": lambda: ManyField(child=serializers.ChoiceField(choices=one.options), **ways),
        "checklist": lambda: ManyField(child=serializers.CharField(max_length=200), **ways),
        "list3_0_10": lambda: GoalsField(**ways),
    }
    return makers[one.kind]()


@cache
def _x_ray_questions() -> tuple[XrayField, ...]:
    return tuple(one for one in protocols.load().xray_fields if one.kind not in _NOT_TYPED)


def x_ray_values() -> dict[str, serializers.Field]:
    """Return a field for each value of ``xray_record.yaml`` that a clinician fills in."""
    return {one.name: _x_ray_field(one) for one in _x_ray_questions()}


def names_for_patient() -> frozenset[str]:
    """Return the names of the values that a patient may read."""
    return frozenset(one.name for one in _x_ray_questions() if one.for_patient)


def _x_ray_field(one: XrayField) -> serializers.Field:
    ways: dict[str, Any] = {"required": one.required, "allow_null": not one.required}
    least = 0 if one.minimum is None else one.minimum
    makers: dict[str, Callable[[], serializers.Field]] = {
        "date": lambda: serializers.DateField(**ways),
        "choice": lambda: OptionField(choices=one.options, **ways),
        "multi": lambda: ManyField(child=serializers.ChoiceField(choices=one.options), **ways),
        "composite": lambda: ManyField(child=serializers.ChoiceField(choices=one.parts), **ways),
        "list4": lambda: ManyField(child=serializers.IntegerField(), min_length=4, max_length=4, **ways),
        "text": lambda: TextField(max_length=one.maximum, **ways),
        "integer": lambda: serializers.IntegerField(min_value=least, max_value=one.maximum, **ways),
        "number": lambda: NumberField(min_value=one.minimum, max_value=one.maximum, **ways),
    }
    return makers[one.kind]()
