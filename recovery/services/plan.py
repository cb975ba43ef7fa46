"""A plan from draft to confirmation, and the releases of its steps. Nothing here advances by itself."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import audit
from recovery import protocols
from recovery.domain import timeline
from recovery.domain.protocol import Protocol
from recovery.domain.repair import treatment_of
from recovery.models import (
    PlanFilm,
    PlanGate,
    PlanLoad,
    PlanPhase,
    PlanTherapy,
    PlanVersion,
    Recovery,
    Repair,
)
from recovery.queries.clinic_plan import fingerprint
from recovery.services.change import announce, clinician_name, lock


class NoRepair(ValidationError):
    """A plan needs to know how the fracture was treated."""

    def __init__(self) -> None:
        super().__init__(_("Record the treatment first."), code="no_repair")


class ProtocolDoesNotFit(ValidationError):
    """The protocol belongs to another bone or treatment."""

    def __init__(self) -> None:
        super().__init__(
            _("Choose one of the programmes offered for this treatment."), code="protocol_does_not_fit"
        )


class LoadChoiceMissing(ValidationError):
    """Units differ on how early to load: a person must choose."""

    def __init__(self) -> None:
        words = _("Units differ on how early to load. Choose one of the two.")
        super().__init__({"load_choice": ValidationError(words, code="load_choice_missing")})


class UnderAge(ValidationError):
    """The reference holds programmes for adults only."""

    def __init__(self) -> None:
        super().__init__(
            _("The programmes are made for adults. Children heal in a different way."), code="under_age"
        )


class NotADraft(ValidationError):
    """Somebody confirmed or discarded this draft already."""

    def __init__(self) -> None:
        super().__init__(_("This draft has changed. Open the plan again to see it."), code="not_a_draft")


class DraftChanged(ValidationError):
    """Somebody changed the draft after this person had opened it."""

    def __init__(self) -> None:
        super().__init__(
            _("The draft changed since you opened this page. Read it as it is now, then decide."),
            code="draft_changed",
        )


class TreatmentChanged(ValidationError):
    """The plan was made for an earlier treatment: nothing of it is confirmed or released any more."""

    def __init__(self) -> None:
        super().__init__(
            _("The treatment has changed since this plan was made. Draft a new plan."),
            code="treatment_changed",
        )


class NothingToRelease(ValidationError):
    """The step was released already, or is not the next one of the plan in force."""

    def __init__(self) -> None:
        super().__init__(
            _("This step cannot be released now. Open the plan again."), code="nothing_to_release"
        )


@transaction.atomic
def draft_plan(
    *,
    recovery: Recovery,
    protocol_id: str,
    load_choice: str | None,
    by: User,
    now: datetime,
    reason: str = "",
    seen: str | None = None,
) -> PlanVersion:
    """Lay out a protocol as a draft, in place of an earlier draft. A draft drives nothing.

    ``load_choice`` is ``standard`` or ``alternative`` and has no default where units differ. ``seen`` is the
    fingerprint of the draft, or of none, that the person had before them. Raises NoRepair, UnderAge,
    ProtocolDoesNotFit, LoadChoiceMissing, DraftChanged, RecoveryClosed.
    """
    recovery = lock(recovery.pk)
    _check_seen(recovery.plans.drafts().first(), seen)
    repair = recovery.current_repair
    if repair is None:
        raise NoRepair
    if not timeline.is_adult(recovery.patient.born_on, recovery.injured_on):
        raise UnderAge
    protocol = _fitting_protocol(recovery, repair, protocol_id)
    recovery.plans.drafts().update(state=PlanVersion.State.DISCARDED, ended_at=now)
    plan = _write(recovery, repair, protocol, load_choice=load_choice, by=by, now=now, reason=reason)
    audit.record("plan.drafted", by=by, now=now, patient=recovery.patient, subject_id=plan.public_id)
    announce(recovery)
    return plan


def _fitting_protocol(recovery: Recovery, repair: Repair, protocol_id: str) -> Protocol:
    protocol = protocols.load(recovery.patient.clinic.content_version).protocols.get(protocol_id)
    treatment = treatment_of(repair.method, repair.hardware)
    if protocol is None or protocol.fracture != recovery.site or protocol.treatment != treatment:
        raise ProtocolDoesNotFit
    return protocol


def _write(
    recovery: Recovery,
    repair: Repair,
    protocol: Protocol,
    *,
    load_choice: str | None,
    by: User,
    now: datetime,
    reason: str,
) -> PlanVersion:
    """Store a laid-out protocol as rows of its own."""
    try:
        layout = timeline.lay_out(
            protocol, day_zero_on=repair.day_zero_on(recovery.injured_on), load_choice=load_choice or None
        )
    except (timeline.LoadChoiceMissing, timeline.LoadChoiceUnknown) as missing:
        raise LoadChoiceMissing from missing
    weeks = layout.union or layout.recovery
    plan = PlanVersion.objects.create(
        recovery=recovery,
        repair=repair,
        number=recovery.plans.count() + 1,
        protocol_id=protocol.id,
        content_version=recovery.patient.clinic.content_version,
        day_zero_on=layout.day_zero_on,
        ends_on=layout.ends_on,
        load_choice=layout.load_choice,
        device=layout.immobilisation.device,
        device_off_from_on=layout.immobilisation.off_from_on,
        device_off_until_on=layout.immobilisation.off_until_on,
        rom_limits=[
            {**asdict(limit), "from_on": limit.from_on.isoformat(), "until_on": limit.until_on.isoformat()}
            for limit in layout.rom_limits
        ],
        has_union=layout.union is not None,
        early_weeks=weeks.early if weeks else None,
        typical_weeks=weeks.typical if weeks else None,
        late_weeks=weeks.late if weeks else None,
        reason=reason,
        drafted_by=by,
        drafted_at=now,
    )
    _write_rows(plan, layout)
    return plan


def _write_rows(plan: PlanVersion, layout: timeline.Layout) -> None:
    PlanPhase.objects.bulk_create(
        PlanPhase(plan=plan, code=one.code, starts_on=one.starts_on, ends_on=one.ends_on)
        for one in layout.phases
    )
    PlanLoad.objects.bulk_create(
        PlanLoad(plan=plan, position=position, code=one.code, from_on=one.from_on, until_on=one.until_on)
        for position, one in enumerate(layout.loads)
    )
    # A later operation starts the count of weeks anew: its week 2 is not the film taken after the first one.
    prefix = f"r{plan.repair.sequence}-" if plan.repair.sequence > 1 else ""
    PlanFilm.objects.bulk_create(
        PlanFilm(plan=plan, **{**asdict(one), "key": f"{prefix}{one.key}"}) for one in layout.films
    )
    PlanTherapy.objects.bulk_create(PlanTherapy(plan=plan, **asdict(one)) for one in layout.therapy)
    PlanGate.objects.bulk_create(
        PlanGate(
            plan=plan,
            code=one.gate.name,
            change=one.gate.change,
            needs=[
                {
                    "kind": need.kind,
                    "text": need.text or "",
                    "from_on": one.earliest_on.isoformat()
                    if need.kind == "time" and one.earliest_on
                    else None,
                    "steps": [[day.isoformat(), code] for day, code in one.steps] if need.steps else [],
                }
                for need in one.gate.needs
            ],
        )
        for one in (*layout.gates, *layout.extra_gates)
    )


@transaction.atomic
def set_range(
    *,
    plan: PlanVersion,
    early: int,
    typical: int,
    late: int,
    reason: str,
    by: User,
    now: datetime,
    seen: str | None = None,
) -> PlanVersion:
    """Replace a draft's range in weeks, with the clinician's reason.

    Raises NotADraft, DraftChanged, ValidationError.
    """
    plan = _draft(plan, seen)
    if not 1 <= early <= typical <= late <= 104:
        raise ValidationError(_("Give three weeks in ascending order, from 1 to 104."), code="range_order")
    if not reason.strip():
        raise ValidationError({"reason": ValidationError(_("Say why the range differs."), code="required")})
    plan.early_weeks, plan.typical_weeks, plan.late_weeks, plan.range_reason = early, typical, late, reason
    plan.save(update_fields=["early_weeks", "typical_weeks", "late_weeks", "range_reason"])
    _note(plan, "plan.range_set", by=by, now=now)
    return plan


@transaction.atomic
def move_film(
    *, plan: PlanVersion, key: str, due_on: date, by: User, now: datetime, seen: str | None = None
) -> PlanFilm:
    """Give a draft's film its own date, which stops re-computing it; the window keeps its width.

    Raises NotADraft, DraftChanged, ValidationError.
    """
    plan = _draft(plan, seen)
    film = plan.films.filter(key=key).first()
    if film is None:
        raise ValidationError(_("This x-ray is not in the plan."), code="unknown_film")
    if due_on < plan.day_zero_on or due_on > plan.day_zero_on + timedelta(weeks=104):
        raise ValidationError(_("Choose a day within two years after day 0."), code="date_out_of_plan")
    step = due_on - film.due_on
    film.due_on, film.is_overridden = due_on, True
    film.window_from_on, film.window_until_on = film.window_from_on + step, film.window_until_on + step
    film.save()
    plan.ends_on = max(plan.phases.latest("ends_on").ends_on, plan.films.latest("due_on").due_on)
    plan.save(update_fields=["ends_on"])
    _note(plan, "plan.film_moved", by=by, now=now)
    return film


def _draft(plan: PlanVersion, seen: str | None) -> PlanVersion:
    lock(plan.recovery_id)
    fresh = PlanVersion.objects.select_related("recovery__patient").filter(pk=plan.pk).first()
    if fresh is None or fresh.state != PlanVersion.State.DRAFT:
        raise NotADraft
    _check_seen(fresh, seen)
    return fresh


def _check_seen(draft: PlanVersion | None, seen: str | None) -> None:
    """Refuse to act on a draft that differs from the one the person had before them."""
    if seen is not None and fingerprint(draft, draft.films.all() if draft else ()) != seen:
        raise DraftChanged


def _note(plan: PlanVersion, action: str, *, by: User, now: datetime) -> None:
    audit.record(action, by=by, now=now, patient=plan.recovery.patient, subject_id=plan.public_id)


@transaction.atomic
def discard_draft(*, plan: PlanVersion, by: User, now: datetime, seen: str | None = None) -> None:
    """Put a draft away; the plan in force stays. Raises NotADraft, DraftChanged."""
    plan = _draft(plan, seen)
    plan.state, plan.ended_at = PlanVersion.State.DISCARDED, now
    plan.save(update_fields=["state", "ended_at"])
    _note(plan, "plan.discarded", by=by, now=now)
    announce(plan.recovery)


@transaction.atomic
def confirm_plan(*, plan: PlanVersion, by: User, now: datetime, seen: str | None = None) -> PlanVersion:
    """Put a draft in force, in place of the version before it, and release its first phase and load.

    Raises MayNotConfirm, NotADraft, DraftChanged,
    TreatmentChanged, RecoveryClosed.
    """
    recovery = lock(plan.recovery_id)
    name = clinician_name(recovery.patient, by)
    plan = _draft(plan, seen)
    _check_treatment(recovery, plan.repair_id)
    before = recovery.plan
    put_in_force(plan, by=by, name=name, now=now)
    if before is not None and before.repair_id == plan.repair_id:
        _carry_over(before, plan)
    for row in (plan.phases.order_by("starts_on").first(), plan.loads.order_by("position").first()):
        if row is not None and row.released_at is None:
            _release(row, by=by, name=name, note="", now=now)
    _note(plan, "plan.confirmed", by=by, now=now)
    announce(recovery)
    return plan


def _check_treatment(recovery: Recovery, repair_id: int) -> None:
    if recovery.current_repair_id != repair_id:
        raise TreatmentChanged


def _carry_over(before: PlanVersion, plan: PlanVersion) -> None:
    """Keep what a clinician had released, as far as both versions have the same steps in the same order.

    A new version must not throw a patient back to the first load without anybody having decided so.
    """
    _carry(list(before.loads.order_by("position")), list(plan.loads.order_by("position")))
    _carry(list(before.phases.order_by("starts_on")), list(plan.phases.order_by("starts_on")))


def _carry(old_rows: Sequence[PlanLoad | PlanPhase], new_rows: Sequence[PlanLoad | PlanPhase]) -> None:
    fields = ["released_by", "released_by_name", "released_at", "release_note"]
    for old, new in zip(old_rows, new_rows, strict=False):
        if old.code != new.code or old.released_at is None:
            break
        for name in fields:
            setattr(new, name, getattr(old, name))
        new.save(update_fields=fields)


def put_in_force(plan: PlanVersion, *, by: User, name: str, now: datetime) -> None:
    """Make ``plan`` the one in force, inside the caller's transaction."""
    plan.recovery.plans.in_force().update(state=PlanVersion.State.SUPERSEDED, ended_at=now)
    plan.state, plan.confirmed_by, plan.confirmed_by_name, plan.confirmed_at = "confirmed", by, name, now
    plan.save(update_fields=["state", "confirmed_by", "confirmed_by_name", "confirmed_at"])
    Recovery.objects.filter(pk=plan.recovery_id).update(plan=plan)


@transaction.atomic
def release_load(*, load: PlanLoad, by: User, now: datetime, note: str = "") -> PlanLoad:
    """Release the next proposed load step of the plan in force: a clinician does this, and no date ever.

    Raises MayNotConfirm, NothingToRelease, TreatmentChanged, RecoveryClosed.
    """
    recovery = lock(load.plan.recovery_id)
    name = clinician_name(recovery.patient, by)
    _check_treatment(recovery, load.plan.repair_id)
    steps = PlanLoad.objects.filter(plan_id=recovery.plan_id, released_at__isnull=True).order_by("position")
    released = PlanLoad.objects.filter(plan_id=recovery.plan_id, released_at__isnull=False)
    last = released.order_by("-position").first()
    upcoming = steps.filter(position__gt=last.position).first() if last else steps.first()
    if upcoming is None or upcoming.pk != load.pk:
        raise NothingToRelease
    _release(upcoming, by=by, name=name, note=note, now=now)
    audit.record("load.released", by=by, now=now, patient=recovery.patient, subject_id=upcoming.public_id)
    announce(recovery)
    return upcoming


@transaction.atomic
def release_phase(*, phase: PlanPhase, by: User, now: datetime, note: str = "") -> PlanPhase:
    """Release the next phase of the plan in force.

    Raises MayNotConfirm, NothingToRelease, TreatmentChanged, RecoveryClosed.
    """
    recovery = lock(phase.plan.recovery_id)
    name = clinician_name(recovery.patient, by)
    _check_treatment(recovery, phase.plan.repair_id)
    waiting = PlanPhase.objects.filter(plan_id=recovery.plan_id, released_at__isnull=True)
    upcoming = waiting.order_by("starts_on").first()
    if upcoming is None or upcoming.pk != phase.pk:
        raise NothingToRelease
    _release(upcoming, by=by, name=name, note=note, now=now)
    audit.record("phase.released", by=by, now=now, patient=recovery.patient, detail={"phase": upcoming.code})
    announce(recovery)
    return upcoming


def _release(row: PlanLoad | PlanPhase, *, by: User, name: str, note: str, now: datetime) -> None:
    row.released_by, row.released_by_name, row.released_at, row.release_note = by, name, now, note
    row.save(update_fields=["released_by", "released_by_name", "released_at", "release_note"])
