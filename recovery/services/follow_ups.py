"""Book, move and cancel visits; record what an x-ray showed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import Membership, Profession, User
from accounts.services import audit
from recovery import protocols
from recovery.domain import xray
from recovery.domain.problem import Problem
from recovery.models import PlanFilm, Recovery, Visit, XRay
from recovery.services.change import SavedDiffers, announce, lock

LONGEST_AHEAD = timedelta(days=730)
_COLUMNS = (
    "film_date",
    "modality",
    "position_vs_last",
    "callus",
    "clinician_verdict",
    "next_film_week",
    "note_for_patient",
)


class VisitDoesNotFit(ValidationError):
    """The date, time or film of a visit makes no sense."""

    def __init__(self, field: str, words: str, *, code: str) -> None:
        super().__init__({field: ValidationError(words, code=code)})


class VisitClash(ValidationError):
    """The same visit is booked already."""

    def __init__(self) -> None:
        super().__init__(_("This visit is booked already. Move or cancel that one."), code="booked_already")


class VisitOver(ValidationError):
    """The visit was cancelled or has taken place."""

    def __init__(self) -> None:
        super().__init__(_("This visit is over or cancelled. It cannot be changed."), code="visit_over")


class RecordDoesNotFit(ValidationError):
    """A value of an x-ray record is missing or not in the reference."""

    def __init__(self, problems: list[Problem]) -> None:
        words = {
            "required": _("Choose an answer."),
            "unknown_field": _("This field does not belong here."),
            "not_allowed": _("Choose from the list, or give a number in range."),
            "in_future": _("This date is in the future. Choose today or an earlier day."),
            "before_injury": _("This date is before the injury."),
        }
        super().__init__({one.field: ValidationError(words[one.code], code=one.code) for one in problems})


class AlreadyRecorded(ValidationError):
    """One result per planned film; a second one corrects it."""

    def __init__(self) -> None:
        super().__init__(_("This x-ray has a result already. Correct that one."), code="recorded_already")


class NotPhoned(ValidationError):
    """A bone that moved: the patient hears it from a person first."""

    def __init__(self) -> None:
        words = _("Say whether the patient was phoned. A moved bone is told by phone first.")
        super().__init__({"patient_phoned": ValidationError(words, code="not_phoned")})


class MayNotCallHealed(ValidationError):
    """That a bone has healed is for a doctor to say, or for who may confirm plans."""

    def __init__(self) -> None:
        words = _("Only a doctor, or a clinician who may confirm plans, can record “healed”.")
        super().__init__({"clinician_verdict": ValidationError(words, code="may_not_call_healed")})


def book_visit(
    *,
    recovery: Recovery,
    kind: str,
    on: date,
    at: time,
    by: User,
    now: datetime,
    minutes: int = 30,
    place: str = "",
    film_key: str = "",
    note: str = "",
    visit_id: UUID | None = None,
) -> Visit:
    """Book a visit on a local date, at a wall time in the clinic's zone.

    ``minutes`` is how long it takes; ``film_key`` names the planned film it is for. A repeat with the same
    ``visit_id`` is answered as done, another body under it is refused. Raises VisitDoesNotFit, VisitClash,
    SavedDiffers, RecoveryClosed.
    """
    visit_id = visit_id or uuid4()
    fields = {
        "kind": kind,
        "film_key": film_key,
        "on": on,
        "at": at,
        "minutes": minutes,
        "place": place,
        "note": note,
    }
    if known := Visit.objects.filter(recovery=recovery, public_id=visit_id).first():
        _check_same(known, fields)
        return known
    try:
        with transaction.atomic():
            recovery = lock(recovery.pk)
            _check_visit(recovery, kind=kind, on=on, at=at, minutes=minutes, film_key=film_key, now=now)
            visit = Visit.objects.create(
                public_id=visit_id,
                recovery=recovery,
                booked_by=by,
                booked_at=now,
                **fields,
            )
            audit.record("visit.booked", by=by, now=now, patient=recovery.patient, subject_id=visit.public_id)
            announce(recovery)
    except IntegrityError as clash:
        raise VisitClash from clash
    return visit


def _check_same(row: Visit | XRay, fields: Mapping[str, object]) -> None:
    if any(getattr(row, name) != value for name, value in fields.items()):
        raise SavedDiffers


def _check_visit(
    recovery: Recovery, *, kind: str, on: date, at: time, minutes: int, film_key: str, now: datetime
) -> None:
    zone = recovery.patient.clinic.time_zone
    today = local_day(now, zone)
    if kind not in Visit.Kind.values:
        raise VisitDoesNotFit("kind", _("Choose what the visit is for."), code="unknown_kind")
    if on < today or on > today + LONGEST_AHEAD:
        raise VisitDoesNotFit(
            "on", _("Choose a day from today to two years ahead."), code="date_out_of_reach"
        )
    if not 5 <= minutes <= 480:
        raise VisitDoesNotFit("minutes", _("Give from 5 to 480 minutes."), code="minutes_out_of_bounds")
    if at.tzinfo is not None:
        raise VisitDoesNotFit("at", _("Give the time as the clinic's clock shows it."), code="time_with_zone")
    if film_key and not PlanFilm.objects.filter(plan_id=recovery.plan_id, key=film_key).exists():
        raise VisitDoesNotFit("film_key", _("This x-ray is not in the plan."), code="unknown_film")


def move_visit(
    *, visit: Visit, on: date, at: time, by: User, now: datetime, place: str | None = None
) -> Visit:
    """Move a booked visit; its calendar entry and its unsent reminders follow.

    Raises VisitOver, VisitDoesNotFit, VisitClash, RecoveryClosed.
    """
    try:
        with transaction.atomic():
            recovery, visit = _booked(visit)
            _check_visit(recovery, kind=visit.kind, on=on, at=at, minutes=visit.minutes, film_key="", now=now)
            visit.on, visit.at, visit.sequence, visit.cannot_come_at = on, at, visit.sequence + 1, None
            visit.place = visit.place if place is None else place
            visit.save()
            audit.record("visit.moved", by=by, now=now, patient=recovery.patient, subject_id=visit.public_id)
            announce(recovery)
    except IntegrityError as clash:
        raise VisitClash from clash
    return visit


def _booked(visit: Visit) -> tuple[Recovery, Visit]:
    recovery = lock(visit.recovery_id)
    fresh = Visit.objects.get(pk=visit.pk)
    if fresh.state != Visit.State.BOOKED:
        raise VisitOver
    return recovery, fresh


@transaction.atomic
def cancel_visit(*, visit: Visit, by: User, now: datetime) -> Visit:
    """Cancel a booked visit. Raises VisitOver, RecoveryClosed."""
    return _end_visit(visit, Visit.State.CANCELLED, "visit.cancelled", by=by, now=now)


@transaction.atomic
def finish_visit(*, visit: Visit, came: bool, by: User, now: datetime) -> Visit:
    """Record that a visit took place, or that the patient did not come. Raises VisitOver, RecoveryClosed."""
    state = Visit.State.DONE if came else Visit.State.MISSED
    return _end_visit(visit, state, f"visit.{state.value}", by=by, now=now)


def _end_visit(visit: Visit, state: Visit.State, action: str, *, by: User, now: datetime) -> Visit:
    recovery, visit = _booked(visit)
    visit.state, visit.sequence = state, visit.sequence + 1
    visit.save(update_fields=["state", "sequence"])
    audit.record(action, by=by, now=now, patient=recovery.patient, subject_id=visit.public_id)
    announce(recovery)
    return visit


@transaction.atomic
def say_cannot_come(*, visit: Visit, by: User, now: datetime) -> Visit:
    """Let the patient say that they cannot come; staff move or cancel the visit. Raises VisitOver."""
    recovery, visit = _booked(visit)
    if visit.cannot_come_at is None:
        visit.cannot_come_at = now
        visit.save(update_fields=["cannot_come_at"])
        audit.record(
            "visit.cannot_come", by=by, now=now, patient=recovery.patient, subject_id=visit.public_id
        )
        announce(recovery)
    return visit


@transaction.atomic
def record_x_ray(
    *,
    recovery: Recovery,
    values: Mapping[str, object],
    by: User,
    now: datetime,
    film_key: str = "",
    patient_phoned: bool | None = None,
    x_ray_id: UUID | None = None,
) -> XRay:
    """Record what a film showed, in the codes of the reference; a booked visit for it is then done.

    A moved bone needs ``patient_phoned``: until it is True the patient does not see the result. A repeat with
    the same ``x_ray_id`` is answered as done, another body under it is refused. Raises RecordDoesNotFit,
    AlreadyRecorded, NotPhoned, MayNotCallHealed, SavedDiffers, RecoveryClosed.
    """
    recovery = lock(recovery.pk)
    if x_ray_id and (known := XRay.objects.filter(recovery=recovery, public_id=x_ray_id).first()):
        sent = {"film_key": film_key, "patient_phoned": bool(patient_phoned), **_columns(values)}
        _check_same(known, sent)
        return known
    _check_record(recovery, values, patient_phoned=patient_phoned, now=now)
    _check_verdict(recovery, values, by=by)
    if film_key and not PlanFilm.objects.filter(plan__recovery=recovery, key=film_key).exists():
        raise VisitDoesNotFit("film_key", _("This x-ray is not in the plan."), code="unknown_film")
    if film_key and XRay.objects.filter(recovery=recovery, film_key=film_key).exists():
        raise AlreadyRecorded
    try:
        with transaction.atomic():
            record = XRay.objects.create(
                public_id=x_ray_id or uuid4(),
                recovery=recovery,
                visit=_visit_of(recovery, film_key),
                film_key=film_key,
                patient_phoned=bool(patient_phoned),
                recorded_by=by,
                recorded_by_name=by.name,
                recorded_at=now,
                **_columns(values),
            )
    except IntegrityError as clash:
        raise AlreadyRecorded from clash
    audit.record("x_ray.recorded", by=by, now=now, patient=recovery.patient, subject_id=record.public_id)
    announce(recovery)
    return record


@transaction.atomic
def correct_x_ray(
    *, record: XRay, values: Mapping[str, object], by: User, now: datetime, patient_phoned: bool | None = None
) -> XRay:
    """Correct a film's record; the patient sees it as new.

    Raises RecordDoesNotFit, NotPhoned, MayNotCallHealed, RecoveryClosed.
    """
    recovery = lock(record.recovery_id)
    _check_record(recovery, values, patient_phoned=patient_phoned, now=now)
    if record.clinician_verdict != xray.HEALED:
        _check_verdict(recovery, values, by=by)
    before = {
        name: str(getattr(record, name)) for name in ("position_vs_last", "callus", "clinician_verdict")
    }
    for name, value in _columns(values).items():
        setattr(record, name, value)
    record.patient_phoned, record.corrected_at, record.seen_at = bool(patient_phoned), now, None
    record.recorded_by, record.recorded_by_name = by, by.name
    record.save()
    audit.record(
        "x_ray.corrected",
        by=by,
        now=now,
        patient=recovery.patient,
        subject_id=record.public_id,
        detail={"before": before},
    )
    announce(recovery)
    return record


def _check_record(
    recovery: Recovery, values: Mapping[str, object], *, patient_phoned: bool | None, now: datetime
) -> None:
    clinic = recovery.patient.clinic
    problems = xray.check_record(
        values,
        fields=protocols.load(clinic.content_version).xray_fields,
        site=recovery.site,
        not_before=recovery.injured_on,
        today=local_day(now, clinic.time_zone),
    )
    if problems:
        raise RecordDoesNotFit(problems)
    if values.get("position_vs_last") == xray.MOVED and patient_phoned is None:
        raise NotPhoned


def _check_verdict(recovery: Recovery, values: Mapping[str, object], *, by: User) -> None:
    if values.get("clinician_verdict") != xray.HEALED:
        return
    who = Membership.objects.of(by).filter(clinic_id=recovery.patient.clinic_id)
    if not who.filter(Q(may_confirm_plans=True) | Q(profession=Profession.DOCTOR)).exists():
        raise MayNotCallHealed


def _visit_of(recovery: Recovery, film_key: str) -> Visit | None:
    visit = recovery.visits.booked().filter(film_key=film_key).first() if film_key else None
    if visit is not None:
        visit.state, visit.sequence = Visit.State.DONE, visit.sequence + 1
        visit.save(update_fields=["state", "sequence"])
    return visit


def _columns(values: Mapping[str, object]) -> dict[str, object]:
    """Split a record's values into the table's columns and the findings."""
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    columns: dict[str, object] = {"callus": "", "note_for_patient": "", "next_film_week": None}
    columns |= {name: value for name, value in given.items() if name in _COLUMNS}
    findings = {name: value for name, value in given.items() if name not in _COLUMNS}
    return {**columns, "findings": findings}


@transaction.atomic
def see_x_ray(*, record: XRay, now: datetime) -> None:
    """Remember when the patient first opened a result."""
    XRay.objects.filter(pk=record.pk, seen_at__isnull=True).update(seen_at=now)


def see_x_rays(*, recovery: Recovery, x_ray_ids: Iterable[UUID], now: datetime) -> None:
    """Remember when the patient first opened these results of one recovery."""
    XRay.objects.filter(recovery=recovery, public_id__in=x_ray_ids, seen_at__isnull=True).update(seen_at=now)
