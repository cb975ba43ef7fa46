"""The list of medicines, supplements and bone-health items in plain words, for its page and its mails."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recovery import protocols
from recovery.models import Medicine, Recovery
from recovery.queries import patient_place

WEEK_DAYS = 7
MOST_OFF = 10
"""How many of those that are off the list are shown, the last stopped first."""


@dataclass(frozen=True, slots=True)
class MedicineLine:
    """One thing on the list. ``times`` are wall times in the patient's zone; ``bone`` is one of several,
    ``next_on`` its next day where it is not simply every day.
    """

    id: UUID
    label: str
    kind: str
    often: str
    times: tuple[time, ...]
    starts_on: date
    ends_on: date | None
    next_on: date | None
    bone: str


@dataclass(frozen=True, slots=True)
class MedicinesPage:
    """What is on the list, and what was taken off it or is over."""

    running: tuple[MedicineLine, ...]
    stopped: tuple[MedicineLine, ...]
    over: tuple[MedicineLine, ...]
    notice: str
    is_open: bool


def medicines_page(recoveries: Sequence[Recovery], *, today: date) -> MedicinesPage:
    """Return the list of these recoveries on ``today``, the patient's local date (2 queries).

    Only what belongs to an open recovery counts: closing one stops all that hangs on it.
    """
    running = [one for one in recoveries if not one.is_closed]
    by_key = {one.pk: one for one in running}
    rows = list(
        Medicine.objects.filter(recovery__in=running).with_hours().order_by("label", "pk") if running else ()
    )
    has_several = len(running) > 1

    def lines(found: Iterable[Medicine]) -> tuple[MedicineLine, ...]:
        return tuple(_line(one, by_key[one.recovery_id], today, has_several) for one in found)

    off = [one for one in rows if one.stopped_at is not None]
    off.sort(key=lambda one: one.stopped_at or one.added_at, reverse=True)
    version = recoveries[0].patient.clinic.content_version if recoveries else protocols.CURRENT
    return MedicinesPage(
        running=lines(one for one in rows if one.is_running(today)),
        stopped=lines(off[:MOST_OFF]),
        over=lines(one for one in rows if one.stopped_at is None and not one.is_running(today)),
        notice=_(protocols.load(version).notices["n-medicine"].text),
        is_open=bool(running),
    )


def often(every_days: int) -> str:
    """Say how often: "every day", "every 2 days", "every 4 weeks"."""
    if every_days == 1:
        return _("every day")
    if every_days % WEEK_DAYS == 0:
        weeks = every_days // WEEK_DAYS
        return ngettext("every week", "every %(weeks)s weeks", weeks) % {"weeks": weeks}
    return _("every %(days)s days") % {"days": every_days}


def _line(row: Medicine, recovery: Recovery, today: date, has_several: bool) -> MedicineLine:
    next_on = row.next_on(today)
    return MedicineLine(
        id=row.public_id,
        label=row.label,
        kind=row.get_kind_display(),
        often=often(row.every_days),
        times=row.times(),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        next_on=next_on if row.every_days > 1 or row.starts_on > today else None,
        bone=patient_place.bone_of(recovery) if has_several else "",
    )
