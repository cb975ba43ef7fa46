"""What all API views share: how they refuse and how they page."""

from django.core.exceptions import NON_FIELD_ERRORS, RequestDataTooBig
from django.core.exceptions import ValidationError as Refusal
from django.utils.translation import gettext as _
from drf_standardized_errors.handler import exception_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.response import Response

from config import faults
from config.parsers import TooLarge

CONFLICT = "conflict"
CONFLICTS = (CONFLICT, "draft_changed")


def handle_exception(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """Turn a refusal into 400, a conflict into 409, and everything else into the one error shape.

    A fault from outside is left to ``config.views.server_error``, which answers for pages and calls alike.
    """
    if faults.behind(exc):
        return None
    if isinstance(exc, Refusal):
        exc = Conflict(exc.messages[0]) if _is_conflict(exc) else ValidationError(_details(exc))
    elif isinstance(exc, RequestDataTooBig):
        exc = TooLarge(_("This request is too large."))
    return exception_handler(exc, context)


class Conflict(APIException):
    """The same id came with another body, or somebody else was faster: 409."""

    status_code = status.HTTP_409_CONFLICT
    default_code = CONFLICT


def _is_conflict(refusal: Refusal) -> bool:
    return getattr(refusal, "code", None) in CONFLICTS


def _details(refusal: Refusal) -> dict[str, list[ErrorDetail]]:
    if hasattr(refusal, "error_dict"):
        fields = refusal.error_dict.items()
        return {_attr(field): _lines(errors) for field, errors in fields}
    return {"non_field_errors": _lines(refusal.error_list)}


def _attr(field: str) -> str:
    return "non_field_errors" if field == NON_FIELD_ERRORS else field


def _lines(errors: list[Refusal]) -> list[ErrorDetail]:
    return [ErrorDetail(" ".join(error.messages), code=error.code or "invalid") for error in errors]


class Pages(LimitOffsetPagination):
    """Page by ``limit`` (50, at most 200) and ``offset``."""

    default_limit = 50
    max_limit = 200
