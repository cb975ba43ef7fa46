"""What the API reads. A module of its own: DRF's views need it before ``config.api`` can be imported."""

from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

MOST_DEPTH = 32


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class BoundedJSONParser(JSONParser):
    """Read JSON of at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes; refuse what is nested without end."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        """Return the parsed body. Raises TooLarge and ParseError."""
        request: Request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge(_("This request is too large."))
        try:
            sent = super().parse(stream, media_type, parser_context)
        except RecursionError as deep:
            raise ParseError(_("This JSON is nested too deeply.")) from deep
        _check(sent)
        return sent


def _check(sent: Any) -> None:
    """Refuse what no field could even quote in its refusal: deep nests and halves of surrogate pairs."""
    level = [sent]
    for _depth in range(MOST_DEPTH):
        for text in level:
            if isinstance(text, str) and not _is_unicode(text):
                raise ParseError(_("This JSON holds half a character."))
        level = [part for whole in level for part in _parts(whole)]
        if not level:
            return
    raise ParseError(_("This JSON is nested too deeply."))


def _parts(whole: Any) -> list[Any]:
    if isinstance(whole, dict):
        return [*whole, *whole.values()]
    return whole if isinstance(whole, list) else []


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
