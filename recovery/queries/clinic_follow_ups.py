"""What the pages for visits and x-rays need to know of the plan."""

from dataclasses import dataclass
from datetime import date

from recovery.models import PlanFilm, Visit, XRay
from recovery.queries import clinic_words
from recovery.queries.clinic_record import Record


@dataclass(frozen=True, slots=True)
class PlannedFilm:
    """A film of the plan in force, with its window."""

    key: str
    name: str
    due_on: date
    from_on: date
    until_on: date
    booked_on: date | None
    has_result: bool


def planned_films(record: Record) -> tuple[PlannedFilm, ...]:
    """Return the films of the plan in force, and what has become of them (3 queries)."""
    recovery = record.recovery
    films = PlanFilm.objects.filter(plan_id=recovery.plan_id).order_by("due_on")
    booked = dict(
        Visit.objects.booked().filter(recovery=recovery).exclude(film_key="").values_list("film_key", "on")
    )
    known = set(XRay.objects.filter(recovery=recovery).values_list("film_key", flat=True))
    return tuple(
        PlannedFilm(
            key=one.key,
            name=clinic_words.film(one.key),
            due_on=one.due_on,
            from_on=one.window_from_on,
            until_on=one.window_until_on,
            booked_on=booked.get(one.key),
            has_result=one.key in known,
        )
        for one in films
    )
