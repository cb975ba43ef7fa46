"""Fields that check the shape of what a program sends."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import SkipField, empty

LONGEST_LIST = 200
_PLAIN = (str, int, float, bool, type(None))


class IdField(serializers.UUIDField):
    """A public id. A number is none, though every number below 2**128 could be read as one."""

    def to_internal_value(self, data: Any) -> UUID:
        """Return the id."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        found: UUID = super().to_internal_value(data)
        return found


class InstantField(serializers.DateTimeField):
    """An instant with its offset from UTC; a wall time without one says nothing."""

    default_error_messages = {
        "no_offset": _("Give the time with its offset, such as 2026-11-02T18:05:00+01:00.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        """Return the instant in UTC."""
        try:
            sent = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            sent = None
        if sent is not None and sent.utcoffset() is None:
            self.fail("no_offset")
        return super().to_internal_value(value)


class ZoneField(serializers.CharField):
    """A time zone by its IANA name."""

    default_error_messages = {"unknown_zone": _("The time zone is not known.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the name of a zone that exists."""
        name = super().to_internal_value(data)
        try:
            ZoneInfo(name)
        except (ValueError, LookupError, OSError):
            self.fail("unknown_zone")
        return name


class _AsItCame(serializers.Field):
    """Pass a JSON value on as it came: the service knows which answers a question takes."""

    def run_validation(self, data: Any = empty) -> Any:
        if data is empty:
            if self.required:
                self.fail("required")
            raise SkipField
        if not is_storable(data):
            raise serializers.ValidationError(_("This value cannot be stored."), code="invalid")
        return data


class WholeField(_AsItCame, serializers.IntegerField):
    """A whole number."""


class NumberField(_AsItCame, serializers.FloatField):
    """A number."""


class YesNoField(_AsItCame, serializers.BooleanField):
    """A yes or a no."""


class OptionField(_AsItCame, serializers.ChoiceField):
    """One of the options of the clinical table."""


class TextField(_AsItCame, serializers.CharField):
    """A text."""


class ManyField(_AsItCame, serializers.ListField):
    """Several of the options of the clinical table, or several short texts."""


_GOAL = {"type": "object", "properties": {"goal": {"type": "string"}, "score": {"type": "integer"}}}


@extend_schema_field({"type": "array", "maxItems": 3, "items": _GOAL, "nullable": True})
class GoalsField(_AsItCame, serializers.JSONField):
    """Up to three goals, each with a score."""


def is_storable(value: Any) -> bool:
    """Say whether a value is plain: a text, a number, a yes or no, or a short list of these."""
    if isinstance(value, list):
        return len(value) <= LONGEST_LIST and all(_is_flat(part) for part in value)
    return _is_scalar(value)


def _is_flat(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_text(name) and _is_scalar(part) for name, part in value.items())
    return _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    return isinstance(value, _PLAIN) and (not isinstance(value, str) or _is_text(value))


def _is_text(value: str) -> bool:
    """Say whether every database takes the text: no NUL and no half of a surrogate pair."""
    return not any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in value)
