"""What a correction of day 0 did to the plan."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from recovery.models import PlanFilm, PlanVersion, Recovery
from recovery.queries import clinic_words


@dataclass(frozen=True, slots=True)
class MovedFilm:
    name: str
    before_on: date | None
    now_on: date
    why: str


@dataclass(frozen=True, slots=True)
class Move:
    """What the last correction of day 0 did to the plan in force."""

    days: int
    from_on: date
    to_on: date
    by_name: str
    reason: str
    films: tuple[MovedFilm, ...]


def last_move(recovery: Recovery) -> Move | None:
    """Return what moved and what stayed when day 0 of the plan in force was corrected (2 queries)."""
    versions = list(PlanVersion.objects.filter(recovery=recovery).exclude(state="draft").order_by("number"))
    now = next((one for one in versions if one.pk == recovery.plan_id), None)
    earlier = [one for one in versions if one.state == "superseded" and now and one.number < now.number]
    films = _films([*earlier[-1:], now] if now else [])
    if now is None or not earlier:
        return None
    before = earlier[-1]
    if (before.protocol_id, before.repair_id) != (now.protocol_id, now.repair_id) or (
        before.day_zero_on == now.day_zero_on
    ):
        return None
    old = {one.key: one.due_on for one in films[before.pk]}
    kept = {one["key"]: str(clinic_words.STAYED[one["why"]]) for one in now.stayed}
    return Move(
        days=(now.day_zero_on - before.day_zero_on).days,
        from_on=before.day_zero_on,
        to_on=now.day_zero_on,
        by_name=now.confirmed_by_name,
        reason=now.reason,
        films=tuple(
            MovedFilm(clinic_words.film(one.key), old.get(one.key), one.due_on, kept.get(one.key, ""))
            for one in films[now.pk]
        ),
    )


def _films(plans: list[PlanVersion]) -> dict[int, list[PlanFilm]]:
    found: dict[int, list[PlanFilm]] = defaultdict(list)
    for one in PlanFilm.objects.filter(plan__in=plans).order_by("due_on"):
        found[one.plan_id].append(one)
    return found
