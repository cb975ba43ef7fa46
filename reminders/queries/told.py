"""What patients were told of their visits, and what else makes news: steps, checks, cancelled visits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from recovery import models as recovery
from recovery.domain.repair import treatment_of
from reminders.domain import facts as known
from reminders.models import Kind, Reminder

WOUND_CHECK_DAYS = {"orif": (10, 14), "arthroplasty": (10, 14), "cement": (7, 10)}
"""By treatment, the first and last day after the operation (clinical reference, 1.5)."""
CHECKS = (recovery.Visit.Kind.WOUND_CHECK, recovery.Visit.Kind.CLINIC)

Told = defaultdict[int, dict[str, known.Told]]


def told_of_visits(recovery_ids: Collection[int]) -> Told:
    """Return by recovery and visit what the patient was told last, by mail."""
    told: Told = defaultdict(dict)
    rows = Reminder.objects.filter(
        recovery_id__in=recovery_ids,
        kind__in=(Kind.VISIT, Kind.VISIT_CHANGED),
        state=Reminder.State.SENT,
        told_sequence__isnull=False,
    )
    fields = ("recovery_id", "subject", "told_sequence", "changed_at")
    for recovery_id, subject, sequence, at in rows.order_by("told_sequence", "pk").values_list(*fields):
        one = _told(subject, sequence, at)
        told[recovery_id][one.key] = one
    return told


def _told(subject: str, sequence: int, at: datetime) -> known.Told:
    """Read a reminder's subject: ``visit@day``, or ``visit#version@day`` where ``-`` is no day."""
    about, _at, day = subject.partition("@")
    on = date.fromisoformat(day) if day not in {"", "-"} else None
    return known.Told(about.partition("#")[0], sequence, at, on)


def other_visits(
    recovery_ids: Collection[int], told: Mapping[int, Mapping[str, known.Told]]
) -> tuple[defaultdict[int, dict[str, recovery.Visit]], defaultdict[int, set[date]]]:
    """Return cancelled visits that the patient was told of, and the days of checks by a team."""
    cancelled: defaultdict[int, dict[str, recovery.Visit]] = defaultdict(dict)
    checks: defaultdict[int, set[date]] = defaultdict(set)
    for one in recovery.Visit.objects.filter(recovery_id__in=recovery_ids).exclude(
        kind="x_ray", state="done"
    ):
        is_cancelled = one.state == recovery.Visit.State.CANCELLED
        if is_cancelled and str(one.public_id) in told.get(one.recovery_id, {}):
            cancelled[one.recovery_id][str(one.public_id)] = one
        if one.kind in CHECKS and not is_cancelled and one.state != recovery.Visit.State.MISSED:
            checks[one.recovery_id].add(one.on)
    return cancelled, checks


def wound_window(row: recovery.Recovery) -> tuple[date, date] | None:
    """Return between which days a team looks at the wound; None without an operation or a plan."""
    repair, plan = row.current_repair, row.plan
    if repair is None or plan is None or plan.repair_id != repair.pk:
        return None
    days = WOUND_CHECK_DAYS.get(treatment_of(repair.method, repair.hardware))
    if days is None:
        return None
    return plan.day_zero_on + timedelta(days=days[0]), plan.day_zero_on + timedelta(days=days[1])


def next_steps(recovery_ids: Collection[int]) -> dict[int, known.Step]:
    """Return by recovery the earliest step of the plan in force that no clinician has released."""
    in_force = {
        "plan__recovery_id__in": recovery_ids,
        "plan__state": "confirmed",
        "released_at__isnull": True,
    }
    loads = recovery.PlanLoad.objects.filter(**in_force, position__gt=0)
    phases = recovery.PlanPhase.objects.filter(**in_force)
    found = [
        (pk, known.Step(f"load-{position}", on))
        for pk, position, on in loads.values_list("plan__recovery_id", "position", "from_on")
    ]
    found += [
        (pk, known.Step(f"phase-{code}", on))
        for pk, code, on in phases.values_list("plan__recovery_id", "code", "starts_on")
    ]
    return _earliest(found)


def _earliest(found: Iterable[tuple[int, known.Step]]) -> dict[int, known.Step]:
    steps: dict[int, known.Step] = {}
    for recovery_id, step in sorted(found, key=lambda one: (one[1].proposed_on, one[1].key)):
        steps.setdefault(recovery_id, step)
    return steps
