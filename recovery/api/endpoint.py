"""What every endpoint does alike: ask for a scope, read what was sent, page, and write down a reading."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from accounts import clock
from accounts.api.permissions import ScopePermission
from accounts.models import ApiToken, User
from accounts.services import audit

LOG, STAFF = ApiToken.Scope.LOG, ApiToken.Scope.STAFF


class HasRecord(Protocol):
    """A patient, or as much of one as a note of a reading needs."""

    @property
    def public_id(self) -> UUID:
        """Return the patient's public id."""

    @property
    def user_id(self) -> int | None:
        """Return the key of the patient's own user."""


class IdTaken(ValidationError):
    """The same id came again with another body: 409."""

    def __init__(self) -> None:
        super().__init__(_("This id was already used with other values."), code="conflict")


class Endpoint(APIView):
    """A view that knows who asks. ``write_scope`` is the narrowest scope that may change something here."""

    permission_classes = [IsAuthenticated, ScopePermission]
    write_scope: ClassVar[ApiToken.Scope] = STAFF

    @property
    def user(self) -> User:
        """Return who asks; the permissions have let nobody else through."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - IsAuthenticated stands before every endpoint
        return user

    def given(self, shape: type[Serializer]) -> dict[str, Any]:
        """Return the body in the shape asked for. Raises ValidationError."""
        return _checked(shape(data=self.request.data))

    def asked(self, shape: type[Serializer]) -> dict[str, Any]:
        """Return the query's filters in the shape asked for. Raises ValidationError."""
        return _checked(shape(data=self.request.query_params))

    def page(
        self,
        rows: QuerySet[Any] | Sequence[Any],
        shape: type[Serializer],
        *,
        patient_of: Callable[[Any], HasRecord | None] | None = None,
        built_by: Callable[[list[Any]], list[Any]] | None = None,
    ) -> Response:
        """Answer with one page of rows, and note whose record a member of staff has read.

        ``built_by`` turns the page's rows into what ``shape`` takes; it may read more of them in one query.
        """
        pages = cast(type[BasePagination], api_settings.DEFAULT_PAGINATION_CLASS)()
        found = pages.paginate_queryset(rows, self.request, view=self) or []
        shown = built_by(list(found)) if built_by else found
        if patient_of is not None:
            self.note_reading(*(patient_of(row) for row in shown))
        answer: Response = pages.get_paginated_response(
            shape(shown, many=True, context={"user": self.user}).data
        )
        return answer

    def one(self, row: Any, shape: type[Serializer], *, status: int = 200, **more: Any) -> Response:
        """Answer with one thing."""
        return Response(shape(row, context={"user": self.user, **more}).data, status=status)

    def note_reading(self, *patients: HasRecord | None) -> None:
        """Write that a member of staff read these patients' records; one's own record is not noted."""
        own = self.user.pk
        read = {one.public_id for one in patients if one is not None and one.user_id != own}
        if read:
            audit.read_records(patient_ids=sorted(read), by=self.user, now=clock.now())


def _checked(serializer: Serializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


def find(rows: QuerySet[Any], public_id: UUID) -> Any:
    """Return the row with this public id. A stranger's raises Http404 like one that does not exist."""
    return get_object_or_404(rows, public_id=public_id)


def check_repeat(row: Any, sent: dict[str, Any]) -> None:
    """Refuse an id that came again with another body. Raises IdTaken."""
    if any(getattr(row, name) != value for name, value in sent.items()):
        raise IdTaken
