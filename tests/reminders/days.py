"""Days that go by as a test says: a clock that only it moves, sweeps and senders that may be away.

What people do meanwhile stands in ``test_state_machine``; ``ledger`` keeps the books beside the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from accounts.clock import local_day
from accounts.models import Patient
from config.env import MailServer
from recovery.models import Recovery
from reminders.domain import instant_of
from reminders.models import Message, Reminder
from reminders.services.claim import claim
from reminders.services.deliver import send_due
from reminders.services.email import EmailChannel
from reminders.services.preferences import Choice, change_preferences
from reminders.services.sync import sync_changed
from tests.factories import Cast
from tests.recoveries import add_medicine, assign, make_recovery
from tests.reminders.conftest import Post
from tests.reminders.ledger import Ledger, is_behind, is_noted_behind

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
SETTLES_IN = 16 * DAY
"""By then whatever is laid out has come up, and what lasts longest has come to its end."""
NOBODY = MailServer("127.0.0.1", 9)
# Few to choose from, so that things come back to where they were.
HOURS = st.sampled_from([time(9), time(10), time(15), time(18)])
SEVERAL_HOURS = st.lists(HOURS, min_size=1, max_size=3, unique=True).map(tuple)
HOURS_OF_THE_LIST = st.lists(
    st.sampled_from([time(6, 30), time(8), time(9), time(9, 30), time(20, 30)]),
    min_size=1,
    max_size=3,
    unique=True,
)


@dataclass(frozen=True)
class World:
    """What every run starts from, and what is set back after it."""

    cast: Cast
    post: Post
    settings: object
    server: MailServer
    starts: tuple[datetime, ...]


class Days(RuleBasedStateMachine):
    """One patient's recovery, and days that go by with sweeps and senders that may be away."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone._from_testcase = True  # as Django's own test cases mark theirs
        self.undone.__enter__()
        self.cast, self.post = self.world.cast, self.world.post
        self.post.mails.clear()
        self.post.data_answers.clear()

    @initialize(
        start=st.integers(0, 2), day=st.sampled_from([5, 12, 38]), hours=SEVERAL_HOURS, listed=HOURS_OF_THE_LIST
    )  # fmt: skip
    def begin(self, start: int, day: int, hours: tuple[time, ...], listed: list[time]) -> None:
        """Start with a plan, an exercise at some hours, and a medicine at some."""
        self.now = self.world.starts[start]
        recovery = make_recovery(self.cast.pat_record, by=self.cast.thea, now=self.now, day=day)
        self.recovery_id = recovery.pk
        assign(recovery, by=self.cast.thea, now=self.now, times_per_day=1)
        add_medicine(recovery, *listed, by=self.cast.pat, now=self.now)
        choice = Choice(hours, time(18), time(9), frozenset(), hide_details=True)
        change_preferences(patient=self.patient, choice=choice, by=self.cast.pat, now=self.now)
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

    @rule(minutes=st.integers(0, 90))
    def nobody_is_at_work_until_early_morning(self, minutes: int) -> None:
        zone = self.patient.time_zone
        early = instant_of(local_day(self.now, zone) + DAY, time(6, 30), zone)
        self.go_to(early + minutes * MINUTE)
        self.send()

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
