"""The description of an operation: what it takes, what it answers, and every way in which it refuses."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers

Decorator = Callable[[Any], Any]

_LIMIT = OpenApiParameter("limit", int, description="How many rows: 50, at most 200.")
_OFFSET = OpenApiParameter("offset", int, description="How many rows to leave out at the start.")


class ProblemSerializer(serializers.Serializer):
    """One thing that is wrong. ``attr`` names the field, if it is one field's fault."""

    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class RefusalSerializer(serializers.Serializer):
    """Why nothing was done: the one shape of all errors."""

    type = serializers.CharField(help_text="validation_error, client_error or server_error")
    errors = ProblemSerializer(many=True)  # type: ignore[assignment]


def lists(
    name: str,
    row: type[serializers.Serializer],
    *,
    tag: str,
    query: type[serializers.Serializer] | None = None,
    has_errors_of_path: bool = False,
) -> Decorator:
    """Describe a GET that answers with one page of rows."""
    page = inline_serializer(
        f"{row.__name__.removesuffix('Serializer')}Page",
        fields={
            "count": serializers.IntegerField(help_text="How many rows there are on all pages."),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": row(many=True),
        },
    )
    refused = (400, 401, 403, 404, 406, 429) if has_errors_of_path else (400, 401, 403, 406, 429)
    return extend_schema(
        operation_id=name,
        tags=[tag],
        parameters=[*([query] if query else []), _LIMIT, _OFFSET],
        responses={200: page, **dict.fromkeys(refused, RefusalSerializer)},
    )


def reads(name: str, answer: Any, *, tag: str) -> Decorator:
    """Describe a GET that answers with one thing."""
    refused = (400, 401, 403, 404, 406, 429)
    return extend_schema(
        operation_id=name, tags=[tag], responses={200: answer, **dict.fromkeys(refused, RefusalSerializer)}
    )


def writes(name: str, body: Any, answer: Any, *, tag: str, done: tuple[int, ...] = (201, 200)) -> Decorator:
    """Describe an operation that changes something; ``done`` are the statuses of success."""
    refused = (400, 401, 403, 404, 406, 409, 413, 415, 429)
    return extend_schema(
        operation_id=name,
        tags=[tag],
        request=body,
        responses={**dict.fromkeys(done, answer), **dict.fromkeys(refused, RefusalSerializer)},
    )
