"""Anything may happen in any order, and each reminder that is due and still true is sent, in time, once.

Real services, a real database and a real mail server; ``ledger`` keeps the books beside the engine.
``REMINDER_RUNS`` and ``REMINDER_STEPS`` make it longer.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.clock import local_day
from accounts.models import Patient
from accounts.services.profile import set_time_zone
from config.env import MailServer
from recovery.models import Alert, Assignment, PlanFilm, Recovery, Visit
from recovery.services import alerts, close, correct, exercises, follow_ups
from reminders.domain import instant_of
from reminders.models import Kind, Message, Reminder
from reminders.services import stop
from reminders.services.claim import claim
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel
from reminders.services.preferences import Choice, change_preferences, stop_kinds
from reminders.services.sync import sync_changed
from tests.factories import ZONE, Cast
from tests.recoveries import assign, log, make_recovery
from tests.reminders.conftest import Post
from tests.reminders.ledger import Ledger, is_behind, is_noted_behind, open_exercises

RUNS = int(os.environ.get("REMINDER_RUNS", "25"))
STEPS = int(os.environ.get("REMINDER_STEPS", "30"))
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SETTLES_IN = 16 * DAY
"""By then whatever is laid out has come up, and what lasts longest has come to its end."""
NOBODY = MailServer("127.0.0.1", 9)
ZONES = (ZONE, "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
EXERCISE_IDS = ("ex-finger-fist", "ex-breath")
SIGNS = ("rf-compartment", "rf-sepsis")
STOPPABLE = (Kind.EXERCISES, Kind.LOG, Kind.VISIT, Kind.X_RAY_BOOK)
# Few to choose from, so that things come back to where they were.
HOURS = st.sampled_from([time(9), time(10), time(15), time(18)])
AHEAD = st.sampled_from([0, 1, 2, 8])


@dataclass(frozen=True)
class World:
    """What every run starts from, and what is set back after it."""

    cast: Cast
    post: Post
    settings: object
    server: MailServer
    starts: tuple[datetime, ...]


class Life(RuleBasedStateMachine):
    """One patient's recovery, a clock that only this test moves, sweeps and senders that may be away."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone._from_testcase = True  # as Django's own test cases mark theirs
        self.undone.__enter__()
        self.cast, self.post = self.world.cast, self.world.post
        self.post.mails.clear()
        self.post.data_answers.clear()

    @initialize(start=st.integers(0, 2), day=st.sampled_from([5, 12, 38]))
    def begin(self, start: int, day: int) -> None:
        self.now = self.world.starts[start]
        recovery = make_recovery(self.cast.pat_record, by=self.cast.thea, now=self.now, day=day)
        self.recovery_id = recovery.pk
        self.ledger = Ledger(recovery, self.post)
        self.ledger.changed(self.now)

    def teardown(self) -> None:
        """Let time pass until nothing is left to come, and see that nothing was lost."""
        try:
            if hasattr(self, "ledger"):
                self.server_is_well()
                self.live(self.now + SETTLES_IN)
                assert not Reminder.objects.filter(state=Reminder.State.CLAIMED).exists()
                assert not Message.objects.filter(state__in=("claimed", "retry")).exists()
                assert not self.ledger.owed
        finally:
            self.world.settings.MAIL_SERVER = self.world.server
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    # What the rules are made of

    @property
    def recovery(self) -> Recovery:
        return Recovery.objects.select_related("patient__clinic", "plan", "current_repair").get(
            pk=self.recovery_id
        )

    @property
    def patient(self) -> Patient:
        return Patient.objects.select_related("user", "clinic").get(pk=self.cast.pat_record.pk)

    @property
    def today(self) -> date:
        return local_day(self.now, self.patient.time_zone)

    @property
    def is_refusing(self) -> bool:
        return bool(self.post.data_answers) or self.world.settings.MAIL_SERVER == NOBODY

    def act(self, service: Callable[..., object], **details: object) -> None:
        """Let a person do something; a refusal changes nothing."""
        try:
            service(**details, now=self.now)
        except ValidationError:
            return
        self.ledger.changed(self.now)

    def go_to(self, instant: datetime) -> None:
        before, self.now = self.now, instant
        self.ledger.passed(before, instant)

    def live(self, until: datetime, *, sweeps: bool = True) -> None:
        """Let time pass with senders at work, stopping at every minute at which something could happen."""
        while (at := self.next_event()) < until:
            self.go_to(at)
            if sweeps:
                self.sweep()
            self.send()
        self.go_to(until)
        if sweeps:
            self.sweep()
        self.send()

    def next_event(self) -> datetime:
        scheduled = Reminder.objects.filter(state=Reminder.State.SCHEDULED).aggregate(at=Min("due_at"))
        messages = Message.objects.filter(state__in=("claimed", "retry"))
        left = messages.aggregate(retry=Min("next_try_at"), lease=Min("lease_until"))
        owed = [one.at for one in self.ledger.known.values() if one.at > self.now]
        found = [at for at in (*scheduled.values(), *left.values(), *owed) if at is not None]
        first = min([*found, self.now + DAY])
        step = 30 * MINUTE if self.is_refusing else MINUTE
        return max(first.replace(second=0, microsecond=0) + MINUTE, self.now + step)

    # Time, sweeps, senders and the mail server

    @rule(minutes=st.integers(1, 180))
    def nobody_is_at_work_for_a_while(self, minutes: int) -> None:
        self.go_to(self.now + minutes * MINUTE)

    @rule(minutes=st.integers(-1, 2), is_sent=st.booleans())
    def the_next_hour_comes(self, minutes: int, is_sent: bool) -> None:
        ahead = [one.at for one in self.ledger.known.values() if one.at > self.now]
        if ahead:
            self.go_to(max(self.now, min(ahead) + minutes * MINUTE))
            if is_sent:
                self.send()

    @rule(hours=st.integers(1, 30), sweeps=st.booleans())
    def senders_are_at_work(self, hours: int, sweeps: bool) -> None:
        self.live(self.now + hours * HOUR, sweeps=sweeps)

    @rule(days=st.integers(1, 6), hour=st.integers(8, 20))
    def days_go_by(self, days: int, hour: int) -> None:
        zone = self.patient.time_zone
        self.live(instant_of(local_day(self.now, zone) + days * DAY, time(hour, 30), zone))

    @rule()
    def sweep(self) -> None:
        if is_behind(self.now):
            self.ledger.changed(self.now)
            sync_changed(now=self.now)
            self.ledger.laid_out(self.now)

    @rule()
    def send(self) -> None:
        was_behind = is_noted_behind()
        if was_behind:
            self.ledger.changed(self.now)
        send_due(channel=EmailChannel(), now_fn=lambda: self.now)
        if was_behind and not is_noted_behind():
            self.ledger.laid_out(self.now)
        self.ledger.read_mails(self.now)
        if not self.is_refusing and not is_behind(self.now):
            self.ledger.check_nothing_is_missing(self.now)

    @rule(chunk=st.integers(1, 4))
    def sender_dies_before_it_hands_over(self, chunk: int) -> None:
        claim(now=self.now, chunk=chunk, channel="email")

    @precondition(lambda self: not self.is_refusing)
    @rule(is_away=st.booleans())
    def server_falls_ill(self, is_away: bool) -> None:
        if is_away:
            self.world.settings.MAIL_SERVER = NOBODY
        else:
            self.post.data_answers += ["451 later"] * 1000

    @rule(times=st.integers(1, 3))
    def server_refuses_a_few_mails(self, times: int) -> None:
        self.post.data_answers += ["451 later"] * times

    @precondition(lambda self: self.is_refusing)
    @rule()
    def server_is_well(self) -> None:
        self.world.settings.MAIL_SERVER = self.world.server
        self.post.data_answers.clear()

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
            self.act(close.close_recovery, recovery=recovery, reason="recovered", by=self.cast.thea)

    # What the patient does

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
        hours=st.tuples(HOURS, HOURS, HOURS),
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
