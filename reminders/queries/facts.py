"""Everything that decides about reminders, in the same number of queries for one recovery or a thousand."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import attrgetter

from django.db.models import Count, F, Min

from accounts.clock import local_day
from accounts.models import CareLink, Patient
from recovery import models as recovery
from reminders import domain
from reminders.domain import facts as known
from reminders.models import Preference, Reminder
from reminders.queries.told import next_steps, other_visits, told_of_visits, wound_window

LOOK_BACK_DAYS = 60
"""How far back logs and log reminders count for asking less often."""
DONE_DAYS_BACK = 2
"""Reminders of exercises do not outlive their day; a margin covers every time zone."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Whom to write to about a warning sign."""

    email: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One recovery's facts, with what else sync and delivery need."""

    recovery: recovery.Recovery
    patient: Patient
    facts: domain.Facts
    wishes: domain.Wishes
    hide_details: bool
    address: str
    team: Mapping[str, StaffMember]


def facts(recovery_ids: Collection[int], *, now: datetime) -> dict[int, Snapshot]:
    """Return a snapshot for each of these recoveries that exists, in 18 queries."""
    if not recovery_ids:
        return {}
    since_on = now.astimezone(UTC).date() - timedelta(days=LOOK_BACK_DAYS)
    done_since_on = now.astimezone(UTC).date() - timedelta(days=DONE_DAYS_BACK)
    rows = list(
        recovery.Recovery.objects.filter(pk__in=recovery_ids).select_related(
            "patient__clinic", "patient__user", "current_repair", "plan"
        )
    )
    patient_ids = {row.patient_id for row in rows}
    preferences = {one.patient_id: one for one in Preference.objects.filter(patient_id__in=patient_ids)}
    plans = _plans(recovery_ids)
    films = _films(recovery_ids)
    taken = _grouped(
        recovery.XRay.objects.filter(recovery_id__in=recovery_ids).exclude(film_key=""), "film_key"
    )
    logged = _grouped(
        recovery.DailyLog.objects.filter(recovery_id__in=recovery_ids, day__gte=since_on), "day"
    )
    prompts = Reminder.objects.filter(
        recovery_id__in=recovery_ids, kind=known.LOG, state=Reminder.State.SENT, local_on__gte=since_on
    )
    prompted = _grouped(prompts, "local_on")
    assigned = _assignments(recovery_ids, done_since_on)
    counts = _sets_done(recovery_ids, done_since_on)
    visits = _visits(recovery_ids)
    signs = _signs(recovery_ids)
    teams = _teams(patient_ids)
    told = told_of_visits(recovery_ids)
    cancelled, checked = other_visits(recovery_ids, told)
    steps = next_steps(recovery_ids)
    listed = _doses(recovery_ids, done_since_on)
    snapshots = {}
    for row in rows:
        preference = preferences.get(row.patient_id)
        address = row.patient.user.email if row.patient.user else row.patient.email
        exercises = assigned[row.pk]
        snapshots[row.pk] = Snapshot(
            recovery=row,
            patient=row.patient,
            wishes=wishes_of(preference),
            hide_details=preference.hide_details if preference else True,
            address=address,
            team=teams[row.patient_id],
            facts=domain.Facts(
                patient=str(row.patient.public_id),
                today_on=local_day(now, row.patient.time_zone),
                is_open=row.closed_at is None,
                time_zone=row.patient.time_zone,
                clinic_zone=row.patient.clinic.time_zone,
                opened_at=row.opened_at,
                has_address=bool(address),
                account_since_at=row.patient.user.joined_at if row.patient.user else None,
                plan=plans.get(row.pk),
                tasks=tuple(_task(one) for one in exercises),
                days_done=_days_done(exercises, counts, since_on=done_since_on),
                visits=tuple(visits[row.pk]),
                films=tuple(films[row.pk]),
                films_taken=frozenset(taken[row.pk]),
                days_logged=frozenset(logged[row.pk]),
                log_prompts_sent_on=frozenset(prompted[row.pk]),
                warnings=tuple(signs[row.pk]),
                team=frozenset(teams[row.patient_id]),
                told=tuple(told[row.pk].values()),
                cancelled={key: _visit(one) for key, one in cancelled[row.pk].items()},
                check_days=frozenset(checked[row.pk]),
                wound_window=wound_window(row),
                next_step=steps.get(row.pk),
                doses=tuple(listed[row.pk]),
            ),
        )
    return snapshots


def wishes_of(preference: Preference | None) -> domain.Wishes:
    """Return a patient's wishes; who has never chosen anything has the usual ones."""
    if preference is None:
        return domain.Wishes()
    return domain.Wishes(
        exercise_hours=preference.hours_by_slot(),
        log_at=preference.log_at,
        visit_at=preference.visit_at,
        kinds_off=frozenset(preference.kinds_off),
        quiet_from=preference.quiet_from,
        quiet_until=preference.quiet_until,
        paused_until_on=preference.paused_until_on,
        changed_at=preference.changed_at,
    )


def _grouped(rows: Iterable, field: str) -> defaultdict[int, list]:
    groups: defaultdict[int, list] = defaultdict(list)
    for recovery_id, value in rows.values_list("recovery_id", field):  # type: ignore[attr-defined]
        groups[recovery_id].append(value)
    return groups


def _plans(recovery_ids: Collection[int]) -> dict[int, known.Plan]:
    """Return the plans in force for the current treatment. A version once confirmed counts for good."""
    ever = recovery.PlanVersion.objects.filter(recovery_id__in=recovery_ids, confirmed_at__isnull=False)
    firsts = ever.order_by().values("recovery_id").annotate(first=Min("confirmed_at"))
    first = {row["recovery_id"]: row["first"] for row in firsts}
    fitting = {"repair_id": F("recovery__current_repair_id")}
    in_force = ever.filter(state=recovery.PlanVersion.State.CONFIRMED, **fitting)
    rows = in_force.values_list("recovery_id", "public_id", "confirmed_at")
    return {
        recovery_id: known.Plan(str(key), at, first[recovery_id], is_first=first[recovery_id] == at)
        for recovery_id, key, at in rows
        if at is not None
    }


def _films(recovery_ids: Collection[int]) -> defaultdict[int, list[known.Film]]:
    films: defaultdict[int, list[known.Film]] = defaultdict(list)
    rows = recovery.PlanFilm.objects.filter(
        plan__recovery_id__in=recovery_ids,
        plan__state="confirmed",
        plan__repair_id=F("plan__recovery__current_repair_id"),
    )
    for recovery_id, key, from_on, until_on in rows.values_list(
        "plan__recovery_id", "key", "window_from_on", "window_until_on"
    ):
        films[recovery_id].append(known.Film(key, from_on, until_on))
    return films


def _assignments(
    recovery_ids: Collection[int], since_on: date
) -> defaultdict[int, list[recovery.Assignment]]:
    assigned: defaultdict[int, list[recovery.Assignment]] = defaultdict(list)
    for one in recovery.Assignment.objects.filter(recovery_id__in=recovery_ids).exclude(ends_on__lt=since_on):
        assigned[one.recovery_id].append(one)
    return assigned


def _sets_done(recovery_ids: Collection[int], since_on: date) -> dict[tuple[int, date], int]:
    rows = recovery.SetDone.objects.counted().filter(
        assignment__recovery_id__in=recovery_ids, day__gte=since_on
    )
    counted = rows.order_by().values("assignment_id", "day").annotate(count=Count("pk"))
    return {(row["assignment_id"], row["day"]): row["count"] for row in counted}


def _task(one: recovery.Assignment) -> known.Task:
    return known.Task(one.starts_on, one.ends_on, one.paused_at is not None, one.assigned_at)


def _days_done(
    assigned: list[recovery.Assignment], counts: Mapping[tuple[int, date], int], *, since_on: date
) -> frozenset[date]:
    """Return the days on which every set of every running exercise is done."""
    days = {since_on + timedelta(days=offset) for offset in range(DONE_DAYS_BACK + 3)}
    return frozenset(day for day in days if _is_done(day, assigned, counts))


def _is_done(day: date, assigned: list[recovery.Assignment], counts: Mapping[tuple[int, date], int]) -> bool:
    running = [
        one
        for one in assigned
        if one.paused_at is None and one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)
    ]
    return bool(running) and all(counts.get((one.pk, day), 0) >= one.sets_per_day for one in running)


def _doses(recovery_ids: Collection[int], since_on: date) -> defaultdict[int, list[known.Dose]]:
    """Return what stands on the lists of these recoveries, each with its hours in the order of the day."""
    hours = recovery.MedicineHour.objects.filter(
        medicine__recovery_id__in=recovery_ids, medicine__stopped_at__isnull=True
    ).exclude(medicine__ends_on__lt=since_on)
    rows = hours.select_related("medicine").order_by("medicine_id", "at")
    doses: defaultdict[int, list[known.Dose]] = defaultdict(list)
    for _medicine, group in groupby(rows, key=attrgetter("medicine_id")):
        times = list(group)
        doses[times[0].medicine.recovery_id].append(_dose(times))
    return doses


def _dose(hours: Sequence[recovery.MedicineHour]) -> known.Dose:
    one = hours[0].medicine
    return known.Dose(
        key=str(one.public_id),
        kind=known.BONE_HEALTH if one.kind == recovery.Medicine.Kind.BONE_HEALTH else known.MEDICINE,
        label=one.label,
        every_days=one.every_days,
        hours=tuple(known.Hour(str(hour.pk), hour.at, hour.since_at) for hour in hours),
        starts_on=one.starts_on,
        ends_on=one.ends_on,
    )


def _visits(recovery_ids: Collection[int]) -> defaultdict[int, list[known.Visit]]:
    visits: defaultdict[int, list[known.Visit]] = defaultdict(list)
    for one in recovery.Visit.objects.booked().filter(recovery_id__in=recovery_ids):
        visits[one.recovery_id].append(_visit(one))
    return visits


def _visit(one: recovery.Visit) -> known.Visit:
    return known.Visit(
        key=str(one.public_id),
        kind=one.kind,
        on=one.on,
        at=one.at,
        minutes=one.minutes,
        place=one.place,
        sequence=one.sequence,
        film_key=one.film_key,
        booked_at=one.booked_at,
        is_declined=one.cannot_come_at is not None,
    )


def _signs(recovery_ids: Collection[int]) -> defaultdict[int, list[known.Sign]]:
    signs: defaultdict[int, list[known.Sign]] = defaultdict(list)
    rows = recovery.Alert.objects.open().filter(
        recovery_id__in=recovery_ids, acknowledged_at__isnull=True, urgency__in=known.URGENT
    )
    for recovery_id, key, raised_at in rows.values_list("recovery_id", "public_id", "raised_at"):
        signs[recovery_id].append(known.Sign(str(key), raised_at))
    return signs


def _teams(patient_ids: Collection[int]) -> defaultdict[int, dict[str, StaffMember]]:
    teams: defaultdict[int, dict[str, StaffMember]] = defaultdict(dict)
    links = CareLink.objects.current().filter(patient_id__in=patient_ids, member__user__is_active=True)
    for patient_id, key, email, name, language in links.values_list(
        "patient_id",
        "member__user__public_id",
        "member__user__email",
        "member__user__name",
        "member__user__language",
    ):
        teams[patient_id][str(key)] = StaffMember(email, name, language)
    return teams
