"""Reminders follow the plan: what it moves moves them, what ends it ends them, and a draft makes none."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from recovery.models import Assignment, Recovery
from recovery.services import close, exercises, follow_ups, plan
from recovery.services.correct import correct_dates
from reminders.models import Kind, Reminder
from reminders.services.sync import sync_changed
from tests.recoveries import assign, make_draft, make_fracture, make_recovery

pytestmark = pytest.mark.django_db
State = Reminder.State
OF_THE_PLAN = {(Kind.X_RAY_OVERDUE, "week-2"), (Kind.X_RAY_BOOK, "week-6")}
"""What rests on the plan's dates alone, and falls into the days laid out, before the correction and after."""


@pytest.fixture
def recovery(record, thea, hour) -> Recovery:
    """Return Pat's recovery, confirmed at 6 am of day 0, two weeks after the operation."""
    return make_recovery(record, by=thea, day=14, now=hour(0, 6))


@pytest.fixture
def move(recovery, thea) -> Callable[..., None]:
    """Return a function that moves day 0, and with it the plan."""

    def correct(days: int, *, now: datetime) -> None:
        plan_now = Recovery.objects.get(pk=recovery.pk).plan
        day = plan_now.day_zero_on + timedelta(days=days)
        correct_dates(recovery=recovery, injured_on=day, operated_on=day, by=thea, now=now)
        sync_changed(now=now + timedelta(minutes=1))

    return correct


def nudges() -> dict[tuple[str, str], Reminder]:
    """Return what rests on the plan's dates, by kind and film."""
    rows = Reminder.objects.filter(kind__in=[Kind.X_RAY_BOOK, Kind.X_RAY_OVERDUE])
    return {(row.kind, row.subject): row for row in rows if (row.kind, row.subject) in OF_THE_PLAN}


def days() -> dict[tuple[str, str], date]:
    return {name: row.local_on for name, row in nudges().items()}


def doubles() -> list[tuple[str, ...]]:
    """Return what has more than one row that was sent or is to be."""
    rows = Reminder.objects.exclude(state=State.CANCELLED)
    counts = Counter(rows.values_list("recipient_id", "kind", "subject", "slot", "local_on"))
    films = Counter(
        rows.filter(kind__in=[Kind.X_RAY_BOOK, Kind.X_RAY_OVERDUE]).values_list("kind", "subject")
    )
    return [one for one, count in [*counts.items(), *films.items()] if count > 1]


class TestCorrectedDates:
    @pytest.mark.parametrize("step", [-3, 3])
    def test_move_every_unsent_reminder_of_the_plan_by_as_many_days(self, recovery, hour, move, step):
        sync_changed(now=hour(0, 7))
        before = nudges()

        move(step, now=hour(0, 8))

        assert set(before) == OF_THE_PLAN
        after = nudges()
        for name, row in before.items():
            now = after[name]
            assert (now.pk, now.state) == (row.pk, State.SCHEDULED)
            assert now.local_on - row.local_on == timedelta(days=step)
            assert (now.planned_at - row.planned_at).days in {step - 1, step}
            assert now.expires_at - now.planned_at == row.expires_at - row.planned_at
        assert doubles() == []

    def test_move_them_there_and_back_without_a_double(self, recovery, hour, move):
        sync_changed(now=hour(0, 7))
        before = days()

        for number, step in enumerate([-3, 5, -2]):
            move(step, now=hour(0, 8, 10 * number))

        assert days() == before
        assert doubles() == []

    def test_leave_what_was_sent_and_send_it_no_second_time(self, recovery, hour, move):
        sync_changed(now=hour(0, 7))
        sent = nudges()[Kind.X_RAY_BOOK, "week-6"]
        Reminder.objects.filter(pk=sent.pk).update(state=State.SENT)
        before = Reminder.objects.filter(pk=sent.pk).values().get()

        move(-3, now=hour(8, 8))

        assert Reminder.objects.filter(pk=sent.pk).values().get() == before
        assert Reminder.objects.filter(kind=Kind.X_RAY_BOOK, subject="week-6").count() == 1
        assert doubles() == []

    def test_leave_the_reminders_of_a_booked_visit_with_their_visit(self, recovery, thea, hour, day, move):
        follow_ups.book_visit(
            recovery=recovery,
            kind="x_ray",
            on=day(9),
            at=time(10),
            film_key="week-2",
            by=thea,
            now=hour(0, 6),
        )
        sync_changed(now=hour(0, 7))
        before = list(Reminder.objects.filter(kind=Kind.VISIT).order_by("pk").values())

        move(-3, now=hour(0, 8))

        assert [row["slot"] for row in before] == ["d7", "d1", "morning"]
        assert list(Reminder.objects.filter(kind=Kind.VISIT).order_by("pk").values()) == before

    def test_are_told_to_the_patient_once(self, recovery, hour, move):
        sync_changed(now=hour(0, 7))

        move(-3, now=hour(0, 8))
        sync_changed(now=hour(0, 9))

        assert Reminder.objects.filter(kind=Kind.PLAN_CHANGED, state=State.SCHEDULED).count() == 1


class TestACancelledVisit:
    def test_takes_its_unsent_reminders_with_it_and_no_others(self, recovery, thea, hour, day):
        kept, gone = (
            follow_ups.book_visit(
                recovery=recovery, kind="therapy", on=day(8), at=time(hours), by=thea, now=hour(0, 6)
            )
            for hours in (10, 15)
        )
        sync_changed(now=hour(0, 7))
        of_it = Reminder.objects.filter(kind=Kind.VISIT, subject__startswith=str(gone.public_id))
        first = of_it.order_by("due_at").first()
        of_it.filter(pk=first.pk).update(state=State.SENT)

        follow_ups.cancel_visit(visit=gone, by=thea, now=hour(1, 10))
        sync_changed(now=hour(1, 10, 1))

        others = of_it.exclude(pk=first.pk)
        assert set(others.values_list("state", "reason")) == {(State.CANCELLED, "visit_changed")}
        assert others.count() == 2
        assert of_it.get(pk=first.pk).state == State.SENT
        of_the_other = Reminder.objects.filter(kind=Kind.VISIT, subject__startswith=str(kept.public_id))
        assert set(of_the_other.values_list("state", flat=True)) == {State.SCHEDULED}


class TestAClosedRecovery:
    def test_leaves_nothing_scheduled_of_any_kind(self, recovery, thea, hour, day, move):
        assign(recovery, by=thea, now=hour(0, 6))
        follow_ups.book_visit(
            recovery=recovery, kind="therapy", on=day(8), at=time(10), by=thea, now=hour(0, 6)
        )
        sync_changed(now=hour(0, 7))
        move(-3, now=hour(0, 8))
        waiting = Reminder.objects.filter(state=State.SCHEDULED)
        assert len(set(waiting.values_list("kind", flat=True))) > 5

        close.close_recovery(recovery=recovery, reason="healed", by=thea, now=hour(0, 9))
        sync_changed(now=hour(0, 9, 1))

        assert not waiting.exists()
        assert sync_changed(now=hour(3, 9)) == 0
        assert not waiting.exists()


class TestADraft:
    def test_makes_no_exercise_reminder_and_none_of_x_rays_until_it_is_confirmed(
        self, record, thea, hour, day
    ):
        recovery = make_fracture(record, by=thea, now=hour(0, 6))
        draft = make_draft(recovery, by=thea, now=hour(0, 6))
        with pytest.raises(exercises.NoPlanYet):
            assign(recovery, by=thea, now=hour(0, 6))
        # No service gives exercises to a draft; a row that came in some other way must not remind either.
        Assignment.objects.create(
            recovery=recovery,
            exercise_id="ex-finger-fist",
            sets=1,
            reps=10,
            times_per_day=2,
            starts_on=day(0),
            content_version="2026-11",
            assigned_at=hour(0, 6),
        )
        of_a_plan = Reminder.objects.exclude(kind=Kind.LOG)

        sync_changed(now=hour(0, 7))
        assert not of_a_plan.exists()

        plan.confirm_plan(plan=draft, by=thea, now=hour(0, 8))
        sync_changed(now=hour(0, 8, 1))
        assert {Kind.EXERCISES, Kind.X_RAY_BOOK} <= set(of_a_plan.values_list("kind", flat=True))

    def test_beside_a_plan_in_force_leaves_every_reminder_as_it_is(self, recovery, thea, hour):
        assign(recovery, by=thea, now=hour(0, 6))
        sync_changed(now=hour(0, 7))
        before = list(Reminder.objects.order_by("pk").values())

        make_draft(recovery, by=thea, now=hour(0, 8))

        assert sync_changed(now=hour(0, 8, 1)) == 1
        assert list(Reminder.objects.order_by("pk").values()) == before
