"""Anything may happen in any order, and each reminder that is due and still true is sent, in time, once.

Real services, a real database and a real mail server; ``days`` lets time pass and ``ledger`` keeps the books
beside the engine. ``REMINDER_RUNS`` and ``REMINDER_STEPS`` make it longer.
"""

import os
from collections.abc import Callable
from datetime import datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from accounts.clock import local_day
from accounts.services.profile import set_time_zone
from recovery.models import Alert, Assignment, Medicine, PlanFilm, Visit
from recovery.services import alerts, close, correct, exercises, follow_ups, medicines
from reminders.domain import instant_of
from reminders.models import Kind
from reminders.services import stop
from reminders.services.preferences import Choice, change_preferences, stop_kinds
from tests.factories import ZONE
from tests.recoveries import add_medicine, assign, log
from tests.reminders.days import DAY, HOURS, HOURS_OF_THE_LIST, SEVERAL_HOURS, Days, World
from tests.reminders.ledger import open_exercises

RUNS = int(os.environ.get("REMINDER_RUNS", "25"))
STEPS = int(os.environ.get("REMINDER_STEPS", "30"))
ZONES = (ZONE, "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
EXERCISE_IDS = ("ex-finger-fist", "ex-breath")
SIGNS = ("rf-compartment", "rf-sepsis")
STOPPABLE = (Kind.EXERCISES, Kind.LOG, Kind.VISIT, Kind.X_RAY_BOOK, Kind.MEDICINE)
AHEAD = st.sampled_from([0, 1, 2, 8])


class Life(Days):
    """What the team and the patient do while days go by."""

    # What the team does

    @rule(days=st.integers(-2, 2))
    def correct_day_0(self, days: int) -> None:
        repair = self.recovery.current_repair
        on = repair.operated_on + days * DAY
        self.act(
            correct.correct_dates, recovery=self.recovery, injured_on=on, operated_on=on, by=self.cast.thea
        )

    @rule(name=st.sampled_from(EXERCISE_IDS), times_per_day=st.integers(1, 2))
    def assign_exercise(self, name: str, times_per_day: int) -> None:
        def give(*, now: datetime) -> None:
            assign(self.recovery, name, by=self.cast.thea, now=now, times_per_day=times_per_day)

        self.act(give)

    @rule(number=st.integers(0, 2))
    def pause_or_resume_exercise(self, number: int) -> None:
        found = list(Assignment.objects.filter(recovery_id=self.recovery_id).order_by("pk"))
        if found:
            one = found[number % len(found)]
            service = exercises.resume if one.paused_at else exercises.pause
            self.act(service, assignment=one, by=self.cast.thea)

    @rule(days=AHEAD, at=HOURS, is_film=st.booleans(), number=st.integers(0, 3))
    def book_visit(self, days: int, at: time, is_film: bool, number: int) -> None:
        details: dict[str, object] = {"kind": "therapy"}
        if is_film:
            details = {"kind": "x_ray", "film_key": self.film(number)}
        on = self.today + days * DAY
        self.act(follow_ups.book_visit, recovery=self.recovery, on=on, at=at, by=self.cast.thea, **details)

    def film(self, number: int) -> str:
        films = PlanFilm.objects.filter(plan=self.recovery.plan).order_by("due_on")
        return films[number % len(films)].key

    @rule(number=st.integers(0, 3), days=AHEAD, at=HOURS)
    def move_visit(self, number: int, days: int, at: time) -> None:
        on = self.today + days * DAY
        self.on_a_visit(follow_ups.move_visit, number, on=on, at=at, by=self.cast.thea)

    @rule(number=st.integers(0, 3))
    def cancel_visit(self, number: int) -> None:
        self.on_a_visit(follow_ups.cancel_visit, number, by=self.cast.thea)

    def on_a_visit(self, service: Callable[..., object], number: int, **details: object) -> None:
        found = list(Visit.objects.booked().filter(recovery_id=self.recovery_id).order_by("on", "pk"))
        if found:
            self.act(service, visit=found[number % len(found)], **details)

    @rule(number=st.integers(0, 3))
    def record_x_ray(self, number: int) -> None:
        values = {
            "film_date": self.today,
            "modality": "x-ray",
            "position_vs_last": "unchanged",
            "clinician_verdict": "healing as expected",
        }
        self.act(
            follow_ups.record_x_ray, recovery=self.recovery, values=values, film_key=self.film(number),
            by=self.cast.thea,
        )  # fmt: skip

    @rule(number=st.integers(0, 3), is_dealt_with=st.booleans())
    def acknowledge_warning(self, number: int, is_dealt_with: bool) -> None:
        found = list(Alert.objects.filter(recovery_id=self.recovery_id, closed_at=None).order_by("pk"))
        if found and is_dealt_with:
            one = found[number % len(found)]
            self.act(alerts.close_alert, alert=one, note="Phoned.", by=self.cast.thea)
        elif found:
            self.act(alerts.acknowledge, alert=found[number % len(found)], by=self.cast.thea)

    @rule(is_sure=st.sampled_from([False, False, True]))
    def close_or_reopen(self, is_sure: bool) -> None:
        recovery = self.recovery
        if recovery.closed_at:
            self.act(close.reopen_recovery, recovery=recovery, by=self.cast.thea)
        elif is_sure:
            self.act(close.close_recovery, recovery=recovery, reason="healed", by=self.cast.thea)

    # What the patient does

    @rule(
        kind=st.sampled_from(Medicine.Kind.values),
        at=HOURS_OF_THE_LIST,
        every_days=st.sampled_from([1, 1, 2, 7]),
    )
    def add_to_the_list(self, kind: str, at: list[time], every_days: int) -> None:
        def add(*, now: datetime) -> None:
            add_medicine(self.recovery, *at, by=self.cast.pat, now=now, kind=kind, every_days=every_days)

        self.act(add)

    @rule(number=st.integers(0, 2), is_swept=st.booleans())
    def stop_or_put_back(self, number: int, is_swept: bool) -> None:
        if is_swept:  # so that nothing but this makes the recovery known as changed
            self.sweep()
        if one := self.on_the_list(number):
            service = medicines.resume_medicine if one.stopped_at else medicines.stop_medicine
            self.act(service, medicine=one, by=self.cast.pat)

    @rule(number=st.integers(0, 2), at=HOURS_OF_THE_LIST, every_days=st.sampled_from([0, 0, 1, 2]))
    def change_hours_of_the_list(self, number: int, at: list[time], every_days: int) -> None:
        if one := self.on_the_list(number):
            self.act(
                medicines.change_medicine, medicine=one, label=one.label, every_days=every_days or one.every_days,
                times=at, starts_on=one.starts_on, by=self.cast.pat,
            )  # fmt: skip

    def on_the_list(self, number: int) -> Medicine | None:
        found = list(Medicine.objects.filter(recovery_id=self.recovery_id).order_by("pk"))
        return found[number % len(found)] if found else None

    @rule()
    def do_all_sets(self) -> None:
        for one in open_exercises(self.recovery, self.today):
            for _number in range(one.sets_per_day):
                self.act(
                    exercises.do_set, assignment=one, set_id=uuid4(), day=self.today, done_at=self.now,
                    time_zone=self.patient.time_zone, by=self.cast.pat,
                )  # fmt: skip

    @rule(days_ago=st.integers(0, 1))
    def log_day(self, days_ago: int) -> None:
        self.act(lambda now: log(self.recovery, by=self.cast.pat, days_ago=days_ago, now=now))

    @rule(number=st.integers(0, 3))
    def decline_visit(self, number: int) -> None:
        self.on_a_visit(follow_ups.say_cannot_come, number, by=self.cast.pat)

    @rule(sign=st.sampled_from(SIGNS))
    def tick_warning(self, sign: str) -> None:
        self.act(
            alerts.tick_warnings, recovery=self.recovery, flag_ids=[sign], source="help", day=self.today,
            by=self.cast.pat,
        )  # fmt: skip

    @rule(
        hours=st.tuples(SEVERAL_HOURS, HOURS, HOURS),
        quiet=st.sampled_from([(time(21), time(8)), (time(21), time(8)), (time(19), time(9))]),
        kinds_off=st.sets(st.sampled_from(STOPPABLE), max_size=2),
        pause=st.sampled_from([None, None, 1, 3]),
    )
    def change_preferences(self, hours, quiet, kinds_off, pause) -> None:
        choice = Choice(
            *hours, frozenset(map(str, kinds_off)), hide_details=True, quiet_from=quiet[0],
            quiet_until=quiet[1], paused_until_on=pause and self.today + pause * DAY,
        )  # fmt: skip
        self.act(change_preferences, patient=self.patient, choice=choice, by=self.cast.pat)

    @rule(kind=st.sampled_from(STOPPABLE))
    def follow_stop_link(self, kind: str) -> None:
        patient = self.patient
        token = stop.make_token(patient_id=patient.public_id, kinds=[kind], address=self.cast.pat.email)
        link = stop.read_token(token)
        assert link is not None
        self.act(stop_kinds, patient=link.patient, kinds=link.kinds)

    @rule(zone=st.sampled_from(ZONES))
    def move_to_another_zone(self, zone: str) -> None:
        self.act(set_time_zone, user=self.cast.pat, time_zone=zone)


def starts() -> tuple[datetime, ...]:
    """Return the mornings of tomorrow, of three days before clocks change, and before a month ends."""
    tomorrow = local_day(datetime.now(ZoneInfo(ZONE)), ZONE) + DAY
    days = [tomorrow + number * DAY for number in range(1, 366)]
    ahead = [instant_of(day, time(12), ZONE).astimezone(ZoneInfo(ZONE)).utcoffset() for day in days]
    change = next(day for day, one, then in zip(days[1:], ahead, ahead[1:], strict=False) if one != then)
    month_end = next(day for day in days if day.day == 1 and day > tomorrow + 3 * DAY)
    chosen = (tomorrow, max(change - 3 * DAY, tomorrow), month_end - 3 * DAY)
    return tuple(instant_of(day, time(7), ZONE) for day in chosen)


@pytest.mark.django_db
def test_every_reminder_that_is_due_and_still_true_is_sent_once(cast, post, settings):
    world = World(cast, post, settings, settings.MAIL_SERVER, starts())
    machine = type("LifeOfPat", (Life,), {"world": world})
    run_state_machine_as_test(machine, settings=settings_for(RUNS, STEPS))


def settings_for(runs: int, steps: int) -> settings:
    """Draw the same runs every time, unless more are asked for than usual."""
    return settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        derandomize="REMINDER_RUNS" not in os.environ,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
