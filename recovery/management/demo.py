"""Build the demo clinic with the app's own services, as if each act had happened on its own day."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from accounts.models import Clinic, Membership, Patient, User
from accounts.services import care, profile
from recovery import protocols
from recovery.domain.log import DayEntry
from recovery.management.people import PASSWORD, STAFF, STORIES, Staff, Story
from recovery.models import Recovery
from recovery.services import alerts, exercises, follow_ups, medicines, plan, questions, start
from recovery.services.log import log_day

CLINIC_NAME = "Riverside clinic"


@dataclass(slots=True)
class Cast:
    """The people made so far, and the calendar they live in."""

    clinic: Clinic
    now: datetime
    zone: str
    staff: dict[str, Membership] = field(default_factory=dict)

    def at(self, day: date, hour: int) -> datetime:
        """Return the instant of a wall hour in the clinic's zone, never later than now."""
        return min(datetime.combine(day, time(hour), ZoneInfo(self.zone)), self.now)

    @property
    def today(self) -> date:
        """Return the clinic's local date."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()


@transaction.atomic
def load(*, now: datetime) -> Clinic:
    """Write the demo clinic, its people and their weeks, relative to ``now``."""
    clinic = Clinic.objects.create(
        name=CLINIC_NAME,
        time_zone=settings.DEFAULT_TIME_ZONE,
        phone="020 7946 0111",
        phone_hours="Monday to Friday, 8:00 to 17:00",
        out_of_hours_phone="020 7946 0222",
        crisis_line="020 7946 0333",
        emergency_number=settings.DEFAULT_EMERGENCY_NUMBER,
        content_version=protocols.CURRENT,
    )
    cast = Cast(clinic, now, clinic.time_zone)
    for member in STAFF:
        _hire(cast, member)
    for story in STORIES:
        _live(cast, story)
    return clinic


def _hire(cast: Cast, member: Staff) -> None:
    began_at = cast.now - timedelta(days=400)
    user = _sign_up(cast, member.email, member.name, at=began_at)
    cast.staff[member.email] = care.join(
        user=user,
        clinic=cast.clinic,
        profession=member.profession,
        is_manager=member.is_manager,
        may_confirm_plans=member.may_confirm_plans,
        by=None,
        now=began_at,
    )


def _sign_up(cast: Cast, email: str, name: str, *, at: datetime) -> User:
    user = profile.create_user(
        email=email, name=name, password=PASSWORD, language="en", time_zone=cast.zone, now=at
    )
    profile.accept_privacy(user=user, version=settings.PRIVACY_VERSION, now=at)
    return user


def _live(cast: Cast, story: Story) -> None:
    """Let a patient be injured, repaired, planned for and logged, up to yesterday evening."""
    day_zero_on = cast.today - timedelta(days=story.day)
    injured_on = day_zero_on - timedelta(days=story.waited_days)
    therapist = cast.staff[story.therapist].user
    begin = cast.at(day_zero_on, 16)
    patient = _admit(cast, story, by=therapist, at=begin)
    recovery = start.start_recovery(
        patient=patient,
        site=story.site,
        side=story.side,
        injured_on=injured_on,
        is_open=False,
        is_low_energy=story.is_low_energy,
        by=therapist,
        now=begin,
    )
    start.record_repair(
        recovery=recovery,
        method=story.method,
        operated_on=None if story.method == "closed_reduction" else day_zero_on,
        hardware=story.hardware,
        graft=story.graft,
        by=therapist,
        now=begin,
    )
    _plan(cast, story, recovery, day_zero_on)
    if not story.is_draft:
        _follow(cast, story, recovery, day_zero_on)


def _admit(cast: Cast, story: Story, *, by: User, at: datetime) -> Patient:
    patient = care.add_patient(
        clinic=cast.clinic,
        name=story.name,
        born_on=date(cast.today.year - story.age, 5, 3),
        clinic_number=story.number,
        email=story.email,
        language="en",
        time_zone=cast.zone,
        by=by,
        now=at,
    )
    if story.doctor:
        care.take_on(
            patient=patient,
            member=cast.staff[story.doctor],
            reason="own",
            until_at=None,
            by=by,
            now=at,
        )
    if story.email:
        user = _sign_up(cast, story.email, story.name, at=at)
        care.link_user(patient=patient, user=user, by=None, now=at)
    return patient


def _confirmer(cast: Cast, story: Story) -> User:
    member = cast.staff[story.therapist]
    return member.user if member.may_confirm_plans else cast.staff[story.doctor].user


def _plan(cast: Cast, story: Story, recovery: Recovery, day_zero_on: date) -> None:
    at = cast.at(day_zero_on, 17)
    draft = plan.draft_plan(
        recovery=recovery,
        protocol_id=story.protocol,
        load_choice=story.load_choice or None,
        by=cast.staff[story.therapist].user,
        now=at,
    )
    if story.is_draft:
        return
    clinician = _confirmer(cast, story)
    confirmed = plan.confirm_plan(plan=draft, by=clinician, now=at)
    loads, phases = list(confirmed.loads.order_by("position")), list(confirmed.phases.order_by("starts_on"))
    for number in range(1, story.releases + 1):
        if number < len(loads):
            plan.release_load(load=loads[number], by=clinician, now=cast.at(loads[number].from_on, 11))
        plan.release_phase(phase=phases[number], by=clinician, now=cast.at(phases[number].starts_on, 11))


def _follow(cast: Cast, story: Story, recovery: Recovery, day_zero_on: date) -> None:
    """Assign exercises, book visits, record films, and log each day that has passed."""
    therapist = cast.staff[story.therapist].user
    recovery = Recovery.objects.select_related("patient", "plan").get(pk=recovery.pk)
    _assign(cast, story, recovery, day_zero_on)
    for number, pain in enumerate(story.pain):
        _log(cast, story, recovery, day_zero_on + timedelta(days=number), number=number, pain=pain)
    _list(cast, story, recovery)
    _ask(cast, story, recovery)
    _book(cast, story, recovery)
    for key in story.films:
        _film(cast, recovery, key, by=_confirmer(cast, story))
    if story.warning:
        alerts.tick_warnings(
            recovery=recovery,
            flag_ids=[story.warning],
            source="help",
            day=cast.today,
            by=recovery.patient.user or therapist,
            now=cast.now - timedelta(minutes=50),
        )


def _assign(cast: Cast, story: Story, recovery: Recovery, day_zero_on: date) -> None:
    library = protocols.load().exercises
    doses = [
        exercises.Dose(
            exercise_id=one,
            sets=library[one].sets,
            reps=library[one].reps,
            hold_seconds=library[one].hold_s,
            minutes=library[one].minutes or 0,
            times_per_day=min(library[one].per_day, 3),
        )
        for one in story.exercises
    ]
    if doses:
        starts_on = day_zero_on + timedelta(days=1)
        at = cast.at(starts_on, 10)
        by = cast.staff[story.therapist].user
        exercises.assign(recovery=recovery, doses=doses, starts_on=starts_on, by=by, now=at)


def _log(cast: Cast, story: Story, recovery: Recovery, day: date, *, number: int, pain: int | None) -> None:
    """Log one day at six in the evening: by the patient, or by staff for a patient without an account."""
    at = cast.at(day, 18)
    by = recovery.patient.user or cast.staff[story.therapist].user
    if pain is None or day >= cast.today:
        return
    answers: dict[str, object] = {
        "pain_rest": pain,
        "pain_move": min(10, pain + 2),
        "swelling": "a lot" if number < 4 else "a little" if pain > 2 else "none",
        "check": "fine",
    }
    if number in story.notes:
        answers["note"] = story.notes[number]
    if story.goals and number % 7 == 1:
        scores = (min(10, number // 3 + place) for place, _goal in enumerate(story.goals))
        answers["goals"] = [
            {"goal": goal, "score": score} for goal, score in zip(story.goals, scores, strict=True)
        ]
    rows = [one for one in recovery.assignments.all() if day >= one.starts_on]
    answers["exercises_done"] = [
        str(one.public_id) for place, one in enumerate(rows) if (number + place) % story.skip_every
    ]
    entry = DayEntry(day=day, done_at=at, zone=cast.zone, answers=answers)
    log_day(recovery_id=recovery.pk, entry=entry, save_id=_id(recovery, f"log/{day}"), by=by, now=at)


def _id(recovery: Recovery, name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"demo/{recovery.public_id}/{name}")


def _list(cast: Cast, story: Story, recovery: Recovery) -> None:
    """Put on the list what the therapist typed for the patient."""
    for one in story.listed:
        medicines.add_medicine(
            recovery=recovery,
            kind=one.kind,
            label=one.label,
            every_days=one.every_days,
            times=[time(one.hour)],
            starts_on=cast.today + timedelta(days=one.starts_in_days),
            medicine_id=_id(recovery, f"list/{one.label}"),
            by=cast.staff[story.therapist].user,
            now=cast.now,
        )


def _ask(cast: Cast, story: Story, recovery: Recovery) -> None:
    for text in story.questions:
        questions.add_question(
            recovery=recovery,
            text=text,
            question_id=_id(recovery, f"question/{text}"),
            by=recovery.patient.user or cast.staff[story.therapist].user,
            now=cast.now,
        )


def _book(cast: Cast, story: Story, recovery: Recovery) -> None:
    by = cast.staff[story.therapist].user
    if story.therapy_in_days is not None:
        on = cast.today + timedelta(days=story.therapy_in_days)
        follow_ups.book_visit(
            recovery=recovery,
            kind="therapy",
            on=on,
            at=time(10, 40),
            minutes=45,
            place="Therapy room 2",
            by=by,
            now=cast.now,
        )
    film = recovery.plan.films.filter(key=story.book_film).first() if recovery.plan else None
    if film and film.due_on > cast.today:
        follow_ups.book_visit(
            recovery=recovery,
            kind="x_ray",
            on=film.due_on,
            at=time(9, 20),
            minutes=30,
            place="X-ray, ground floor",
            film_key=film.key,
            by=by,
            now=cast.now,
        )


def _film(cast: Cast, recovery: Recovery, key: str, *, by: User) -> None:
    film = recovery.plan.films.get(key=key) if recovery.plan else None
    if film is None:
        return
    taken_on = min(film.due_on, cast.today)
    follow_ups.record_x_ray(
        recovery=recovery,
        film_key=key,
        values={
            "film_date": taken_on,
            "modality": "x-ray",
            "views": ["AP", "lateral"],
            "position_vs_last": "unchanged",
            "callus": "early" if film.week > 1 else "none",
            "clinician_verdict": "healing as expected",
            "note_for_patient": "The bone has not moved.",
        },
        by=by,
        now=cast.at(taken_on, 15),
    )
