"""Record the fracture, its repair, and corrections of their dates."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import Patient, User
from accounts.services import audit
from recovery import protocols
from recovery.domain import repair as rules
from recovery.domain.problem import Problem
from recovery.models import Recovery, Repair
from recovery.services.change import announce, lock

SPINE_SITE = "vertebral-compression"


class UnknownSite(ValidationError):
    """The site is not in the clinical reference."""

    def __init__(self) -> None:
        super().__init__(_("Choose which bone is broken."), code="unknown_site")


class SideDoesNotFit(ValidationError):
    """A limb has a left and a right; the spine and the pelvis have neither."""

    def __init__(self, *, has_sides: bool) -> None:
        words = _("Choose left or right.") if has_sides else _("This bone has no left or right.")
        super().__init__(words, code="side_does_not_fit")


class DateDoesNotFit(ValidationError):
    """A date is missing, or lies outside what is possible for this person."""

    def __init__(self, field: str, words: str, *, code: str) -> None:
        super().__init__({field: ValidationError(words, code=code)})


class OnlyForSpine(ValidationError):
    """Cement goes into a vertebra and nowhere else."""

    def __init__(self) -> None:
        words = _("This treatment is only for the spine.")
        super().__init__({"method": ValidationError(words, code="not_for_site")})


class AlreadyOpen(ValidationError):
    """One open recovery per site and side."""

    def __init__(self) -> None:
        super().__init__(
            _("This bone already has an open recovery. Open it, or close it first."), code="already_open"
        )


class RepairDoesNotFit(ValidationError):
    """The method and its hardware do not belong together."""

    def __init__(self, problems: list[Problem]) -> None:
        found: dict[str, list[ValidationError]] = {}
        for one in problems:
            found.setdefault(one.field, []).append(ValidationError(_repair_words(one), code=one.code))
        super().__init__(found)


def _repair_words(problem: Problem) -> str:
    value = str(problem.params.get("value", "")).replace("_", " ")
    return {
        "unknown_option": _("Choose from the list."),
        "twice": _("Tick each thing once."),
        "required": _("Tick what holds the bone, or “none”."),
        "not_with_others": _("“None” cannot stand beside other things."),
        "not_for_method": _("%(value)s does not belong to this treatment.") % {"value": value.capitalize()},
        "missing": _("This treatment always has: %(value)s. Tick it.") % {"value": value},
        "graft_kind_missing": _("Say where the graft came from."),
        "graft_not_listed": _("You chose a graft. Tick “bone graft” too."),
    }[problem.code]


def start_recovery(
    *,
    patient: Patient,
    site: str,
    side: str,
    injured_on: date,
    is_open: bool,
    is_low_energy: bool,
    by: User,
    now: datetime,
    icd10cm: str = "",
    recovery_id: UUID | None = None,
) -> Recovery:
    """Record a broken bone of a patient.

    ``injured_on`` is the patient's local date. A repeat with the same ``recovery_id`` is answered as done.
    Raises UnknownSite, SideDoesNotFit, DateDoesNotFit, AlreadyOpen.
    """
    if recovery_id and (known := Recovery.objects.filter(patient=patient, public_id=recovery_id).first()):
        return known
    fracture = protocols.load(patient.clinic.content_version).fractures.get(site)
    if fracture is None:
        raise UnknownSite
    has_sides = fracture.limb != "axial"
    if (side == Recovery.Side.MIDDLE) == has_sides or side not in Recovery.Side.values:
        raise SideDoesNotFit(has_sides=has_sides)
    check_past("injured_on", injured_on, earliest=patient.born_on, patient=patient, now=now)
    if icd10cm and icd10cm not in fracture.icd10cm and icd10cm != fracture.icd10cm_fragility:
        raise ValidationError(_("Choose a code from the list."), code="unknown_code")
    try:
        with transaction.atomic():
            recovery = Recovery.objects.create(
                public_id=recovery_id or uuid4(),
                patient=patient,
                site=site,
                side=side,
                injured_on=injured_on,
                is_open=is_open,
                is_low_energy=is_low_energy,
                icd10cm=icd10cm,
                opened_at=now,
            )
            audit.record("recovery.started", by=by, now=now, patient=patient, subject_id=recovery.public_id)
            announce(recovery)
    except IntegrityError as clash:
        raise AlreadyOpen from clash
    return recovery


@transaction.atomic
def record_repair(
    *,
    recovery: Recovery,
    method: str,
    operated_on: date | None,
    hardware: Collection[str],
    by: User,
    now: datetime,
    graft: str = "none",
    note: str = "",
) -> Repair:
    """Record how the fracture was treated; a later repair becomes the current one.

    A plan in force stays in force until the next one is confirmed, but nothing of it is released any more;
    running exercises are paused and a draft is discarded. Raises RepairDoesNotFit, DateDoesNotFit,
    OnlyForSpine, RecoveryClosed.
    """
    recovery = lock(recovery.pk)
    check_repair(recovery, method=method, operated_on=operated_on, hardware=hardware, graft=graft, now=now)
    repair = Repair.objects.create(
        recovery=recovery,
        sequence=recovery.repairs.count() + 1,
        method=method,
        operated_on=operated_on,
        hardware=sorted(set(hardware)),
        graft=graft,
        note=note,
        recorded_by=by,
        recorded_at=now,
    )
    # What was drafted or trained for the old treatment waits until a clinician has looked at the new one.
    recovery.assignments.filter(paused_at__isnull=True, ends_on__isnull=True).update(paused_at=now)
    recovery.plans.filter(state="draft").update(state="discarded", ended_at=now)
    Recovery.objects.filter(pk=recovery.pk).update(current_repair=repair)
    audit.record("repair.recorded", by=by, now=now, patient=recovery.patient, subject_id=repair.public_id)
    announce(recovery)
    return repair


def check_repair(
    recovery: Recovery,
    *,
    method: str,
    operated_on: date | None,
    hardware: Collection[str],
    graft: str,
    now: datetime,
) -> None:
    """Refuse a repair whose parts do not belong together.

    Whatever was put into the bone was put in by an operation, which day 0 counts from: only a treatment
    without one goes without its date. Raises RepairDoesNotFit, DateDoesNotFit, OnlyForSpine.
    """
    problems = rules.check_repair(method=method, hardware=list(hardware), graft=graft)
    if problems:
        raise RepairDoesNotFit(problems)
    treatment = rules.treatment_of(method, hardware)
    if treatment != "closed" and operated_on is None:
        words = _("Give the date of the operation.")
        if method == Repair.Method.CLOSED_REDUCTION:
            words = _("Pins, screws, plates and frames are put in by an operation. Give its date.")
        raise DateDoesNotFit("operated_on", words, code="required")
    if treatment == "cement" and recovery.site != SPINE_SITE:
        raise OnlyForSpine
    if operated_on:
        check_past(
            "operated_on", operated_on, earliest=recovery.injured_on, patient=recovery.patient, now=now
        )


def check_past(field: str, day: date, *, earliest: date, patient: Patient, now: datetime) -> None:
    """Refuse a date after today, or before ``earliest``, on the patient's calendar, naming ``field``.

    Raises DateDoesNotFit.
    """
    today = local_day(now, patient.time_zone)
    if day > today:
        words, code = _("This date is in the future. Choose today or an earlier day."), "future_date"
    elif day < earliest:
        words = _("This date is too early. Choose %(day)s or later.")
        words, code = words % {"day": date_format(earliest, _("j F Y"))}, "early_date"
    else:
        return
    raise DateDoesNotFit(field, words, code=code)
