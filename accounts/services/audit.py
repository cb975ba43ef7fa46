"""Who did or read what. Rows are written here and nowhere else, and never changed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import AuditEvent, Patient, User

_address: ContextVar[str | None] = ContextVar("address", default=None)


@contextmanager
def coming_from(address: str | None) -> Iterator[None]:
    """Put ``address``, the client's IP address, on the rows written inside the block."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def address() -> str | None:
    """Return the client's IP address of the request being answered, if there is one."""
    return _address.get()


def record(
    action: str,
    *,
    by: User | None,
    now: datetime,
    patient: Patient | None = None,
    subject_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one row: ``by`` did ``action`` (dotted, e.g. ``invitation.sent``). ``by=None`` is the program.

    ``detail`` holds codes and ids, never names or free text: a row outlives the person's erasure.
    """
    AuditEvent.objects.create(
        at=now,
        actor_id=by.public_id if by else None,
        action=action,
        patient_id=patient.public_id if patient else None,
        subject_id=subject_id,
        detail=detail or {},
        address=_address.get(),
    )


def read_record(*, patient: Patient, by: User, now: datetime) -> None:
    """Write that a member of staff opened a patient's record. Every reading is a row."""
    record(AuditEvent.RECORD_READ, by=by, now=now, patient=patient)


def read_records(*, patient_ids: Iterable[UUID], by: User, now: datetime) -> None:
    """Write that a member of staff read these patients' records in one list: a row each, in one query.

    ``patient_ids`` are public ids.
    """
    AuditEvent.objects.bulk_create(
        AuditEvent(
            at=now,
            actor_id=by.public_id,
            action=AuditEvent.RECORD_READ,
            patient_id=patient_id,
            address=_address.get(),
        )
        for patient_id in patient_ids
    )
