"""Correct the day a plan counts from: every item moves that is not overridden, booked or done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import audit
from recovery.domain.replan import PlanItem, Replan, move
from recovery.models import PlanFilm, PlanVersion, Recovery
from recovery.services.change import announce, clinician_name, lock
from recovery.services.plan import put_in_force
from recovery.services.start import DateDoesNotFit, check_past


@dataclass(frozen=True, slots=True)
class Correction:
    """What a correction did: the new version, if there was a plan, and the items that stayed and why."""

    plan: PlanVersion | None
    moved_days: int
    stayed: tuple[PlanItem, ...]


@transaction.atomic
def correct_dates(
    *,
    recovery: Recovery,
    injured_on: date,
    operated_on: date | None,
    by: User,
    now: datetime,
    reason: str = "",
) -> Correction:
    """Correct the injury's and the current operation's date, and move the plan with day 0.

    The dates are the patient's own. A plan in force is replaced at once by a new version that ``by``
    confirms, so ``by`` must be allowed to; a draft moves in place. Releases keep their clinician and instant.
    Raises DateDoesNotFit, MayNotConfirm, RecoveryClosed.
    """
    recovery = lock(recovery.pk)
    repair = recovery.current_repair
    check_past("injured_on", injured_on, earliest=recovery.patient.born_on, patient=recovery.patient, now=now)
    if repair is not None and repair.operated_on and operated_on is None:
        raise DateDoesNotFit("operated_on", _("Give the date of the operation."), code="required")
    if operated_on:
        check_past("operated_on", operated_on, earliest=injured_on, patient=recovery.patient, now=now)
    recovery.injured_on = injured_on
    recovery.save(update_fields=["injured_on"])
    if repair is not None:
        repair.operated_on = operated_on if repair.operated_on else None
        repair.save(update_fields=["operated_on"])
    audit.record(
        "recovery.dates_corrected", by=by, now=now, patient=recovery.patient, subject_id=recovery.public_id
    )
    result = _move_plans(recovery, by=by, now=now, reason=reason)
    announce(recovery)
    return result


def _move_plans(recovery: Recovery, *, by: User, now: datetime, reason: str) -> Correction:
    repair = recovery.current_repair
    if repair is None:
        return Correction(None, 0, ())
    day_zero_on = repair.day_zero_on(recovery.injured_on)
    for draft in recovery.plans.drafts().filter(repair=repair):
        _shift(draft, day_zero_on=day_zero_on, kept={})
    plan = recovery.plan
    if plan is None or plan.repair_id != repair.pk or plan.day_zero_on == day_zero_on:
        return Correction(None, 0, ())
    name = clinician_name(recovery.patient, by)
    days = (day_zero_on - plan.day_zero_on).days
    copy = _copy(plan, by=by, now=now, reason=reason)
    replan = _shift(copy, day_zero_on=day_zero_on, kept=_kept_films(recovery))
    copy.stayed = [{"key": one.key, "on": one.on.isoformat(), "why": one.kept} for one in replan.staying]
    copy.save(update_fields=["stayed"])
    put_in_force(copy, by=by, name=name, now=now)
    return Correction(copy, days, replan.staying)


def _kept_films(recovery: Recovery) -> dict[str, str]:
    """Return the films that stay where they are, and why."""
    booked = recovery.visits.booked().exclude(film_key="").values_list("film_key", flat=True)
    done = recovery.x_rays.exclude(film_key="").values_list("film_key", flat=True)
    return {**dict.fromkeys(booked, "booked"), **dict.fromkeys(done, "done")}


def _copy(plan: PlanVersion, *, by: User, now: datetime, reason: str) -> PlanVersion:
    """Copy a version with all its rows, as a draft with the next number."""
    rows = [list(getattr(plan, name).all()) for name in ("phases", "loads", "films", "therapy", "gates")]
    copy = PlanVersion.objects.get(pk=plan.pk)
    copy.pk, copy.state, copy.number = None, PlanVersion.State.DISCARDED, plan.recovery.plans.count() + 1
    copy.public_id = PlanVersion._meta.get_field("public_id").get_default()
    copy.reason, copy.drafted_by, copy.drafted_at = reason, by, now
    copy.confirmed_by, copy.confirmed_by_name, copy.confirmed_at, copy.ended_at = None, "", None, None
    copy.recovery = plan.recovery
    copy.save(force_insert=True)
    for table in rows:
        for row in table:
            row.pk, row.plan = None, copy
            if hasattr(row, "public_id"):
                row.public_id = row._meta.get_field("public_id").get_default()
        if table:
            type(table[0])._default_manager.bulk_create(table)
    return copy


def _shift(plan: PlanVersion, *, day_zero_on: date, kept: dict[str, str]) -> Replan:
    """Move a version's rows to a new day 0, and return which films moved and which stayed."""
    step = day_zero_on - plan.day_zero_on
    films = list(plan.films.order_by("due_on"))
    replan = move((_item(film, kept) for film in films), by_days=step.days)
    for film, item in zip(films, replan.items, strict=True):
        distance = item.on - film.due_on
        film.due_on, film.window_from_on = item.on, film.window_from_on + distance
        film.window_until_on += distance
        film.save()
    _shift_rows(plan, step)
    plan.day_zero_on = day_zero_on
    plan.ends_on = max([plan.phases.latest("ends_on").ends_on, *(film.due_on for film in films)])
    plan.save()
    return replan


def _item(film: PlanFilm, kept: dict[str, str]) -> PlanItem:
    why = kept.get(film.key) or ("overridden" if film.is_overridden else None)
    return PlanItem(film.key, film.due_on, why)


def _shift_rows(plan: PlanVersion, step: timedelta) -> None:
    """Move the phases, loads, therapy, device, limits of bending and gates as one block."""
    for phase in plan.phases.all():
        phase.starts_on, phase.ends_on = phase.starts_on + step, phase.ends_on + step
        phase.save(update_fields=["starts_on", "ends_on"])
    for load in plan.loads.all():
        load.from_on, load.until_on = load.from_on + step, load.until_on and load.until_on + step
        load.save(update_fields=["from_on", "until_on"])
    for block in plan.therapy.order_by("-from_on" if step > timedelta() else "from_on"):
        block.from_on, block.until_on = block.from_on + step, block.until_on + step
        block.save(update_fields=["from_on", "until_on"])
    for gate in plan.gates.all():
        gate.needs = [_shift_need(need, step) for need in gate.needs]
        gate.save(update_fields=["needs"])
    plan.rom_limits = [
        {**limit, "from_on": _later(limit["from_on"], step), "until_on": _later(limit["until_on"], step)}
        for limit in plan.rom_limits
    ]
    plan.device_off_from_on = plan.device_off_from_on and plan.device_off_from_on + step
    plan.device_off_until_on = plan.device_off_until_on and plan.device_off_until_on + step


def _shift_need(need: dict[str, object], step: timedelta) -> dict[str, object]:
    steps = need.get("steps") or []
    assert isinstance(steps, list)  # noqa: S101 - written by draft_plan only
    from_on = need.get("from_on")
    return {
        **need,
        "from_on": _later(str(from_on), step) if from_on else None,
        "steps": [[_later(day, step), code] for day, code in steps],
    }


def _later(day: str, step: timedelta) -> str:
    return (date.fromisoformat(day) + step).isoformat()
