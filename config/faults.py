"""Faults from outside: a database that takes no writes, clinical tables that are not here."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework.authentication import CSRFCheck

from recovery.protocols import ContentError

RETRY_SECONDS = 30
READ_ONLY = "25006"
"""How PostgreSQL names a write in a read-only transaction; Django takes it for a fault of our own."""
CSRF_FIELD = "csrfmiddlewaretoken"
SECRET = re.compile(r"pass|token|secret|^code$", re.IGNORECASE)
UNTYPED = re.compile(r"^(filled|seen|next|key|action|done_at)$|_id$")
"""Fields that a page fills in for itself: they are sent again, and mean nothing to who reads."""


def behind(problem: BaseException | None) -> BaseException | None:
    """Return the fault that an exception is, or that ended its session; nothing for any other exception."""
    while isinstance(problem, SessionInterrupted | UpdateError):
        problem = problem.__context__
    return problem if problem is not None and _is_fault(problem) else None


def line(fault: BaseException) -> str:
    """Return what the log says: the kind alone, and the table of a clinical one, which names no person."""
    kind = type(fault).__name__
    return f"{kind}: {' '.join(str(fault).split())}" if isinstance(fault, ContentError) else kind


def _is_fault(problem: BaseException) -> bool:
    """Say whether tables cannot be used, or the database refused to work, rather than what we asked of it."""
    if isinstance(problem, InternalError):
        return getattr(problem.__cause__, "sqlstate", "") == READ_ONLY
    is_damage = type(problem) is DatabaseError and problem.__cause__ is not None  # SQLite: not a database
    return is_damage or isinstance(problem, OperationalError | InterfaceError | ContentError)


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form sent, in its order. ``is_whole`` is false where a secret was left out."""

    fields: tuple[tuple[str, str], ...]
    is_whole: bool

    @property
    def shown(self) -> tuple[tuple[str, str], ...]:
        """Return what a person typed or chose, each with a name to read."""
        return tuple((_words(name), value) for name, value in self.fields if _was_typed(name, value))


def typed(request: HttpRequest) -> Typed | None:
    """Return what a form of ours sent, without secrets; nothing for one that may be of another site.

    Needs neither the database nor the session.
    """
    try:
        if request.method != "POST" or not _is_ours(request):
            return None
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return None
    kept = [(name, value) for name, value in sent if name != CSRF_FIELD]
    whole = [(name, value) for name, value in kept if not value or not SECRET.search(name)]
    return Typed(tuple(whole), is_whole=whole == kept)


def _is_ours(request: HttpRequest) -> bool:
    """Say whether the form carried its CSRF token: what we hand back to be sent again, we vouch for."""
    return CSRFCheck(_nowhere).process_view(request, _nowhere, (), {}) is None


def _nowhere(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _was_typed(name: str, value: str) -> bool:
    return bool(value.strip()) and not UNTYPED.search(name) and not _is_id(value)


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _words(name: str) -> str:
    words = re.sub(r"_(on|at)$", "", name).replace("_", " ")
    return words[:1].upper() + words[1:]
