"""Rows become what is wanted, and stay so however often and in whatever order it is asked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, connections, transaction

from accounts.services import care, profile
from recovery.services import close, exercises, follow_ups
from reminders import queries
from reminders.models import Kind, Preference, Reminder, SyncState
from reminders.services.preferences import Choice, change_preferences
from reminders.services.sync import sync, sync_changed, sync_patient
from tests.recoveries import ANKLE_CAST, add_medicine, assign, log, make_recovery

pytestmark = pytest.mark.django_db
State = Reminder.State


def rows(**filters):
    return Reminder.objects.filter(**filters).order_by("due_at", "pk")


def choice(**changes) -> Choice:
    usual = {
        "exercise_hours": (time(9),),
        "log_at": time(18),
        "visit_at": time(9),
        "kinds_off": frozenset(),
        "hide_details": True,
    }
    return Choice(**(usual | changes))


class TestSync:
    def test_lays_out_14_days(self, lay_out, hour, day):
        lay_out(hour(0, 7))

        days = [row.local_on for row in rows(kind=Kind.LOG)]
        assert days[0] == day(0)
        assert days[-1] >= day(10)
        assert SyncState.objects.get().until_on >= day(14)

    def test_twice_changes_nothing(self, lay_out, hour):
        lay_out(hour(0, 7))
        before = list(rows().values())

        assert lay_out(hour(0, 7, 1)) == 0
        assert list(rows().values()) == before

    def test_makes_nothing_for_an_hour_that_passed_before_its_cause(self, recovery, lay_out, thea, hour, day):
        assign(recovery, by=thea, now=hour(0, 12))

        lay_out(hour(0, 12, 1))

        assert rows(kind=Kind.EXERCISES).first().local_on == day(1)

    def test_catches_up_where_the_sweep_came_after_the_hour(self, recovery, lay_out, thea, hour, day):
        assign(recovery, by=thea, now=hour(0, 8))

        lay_out(hour(0, 11))

        assert rows(kind=Kind.EXERCISES).first().local_on == day(0)

    def test_cancels_what_is_done_and_brings_it_back_when_undone(
        self, recovery, lay_out, thea, pat, hour, day
    ):
        [assignment] = assign(recovery, by=thea, now=hour(0, 6), times_per_day=1)
        lay_out(hour(0, 7))
        done = exercises.do_set(
            assignment=assignment,
            set_id=uuid4(),
            day=day(0),
            done_at=hour(0, 8),
            time_zone="Europe/Madrid",
            by=pat,
            now=hour(0, 8),
        )

        lay_out(hour(0, 8, 1))
        today = rows(kind=Kind.EXERCISES, local_on=day(0))
        assert [(row.state, row.reason) for row in today] == [(State.CANCELLED, "already_done")]

        exercises.undo_set(set_done=done, by=pat, now=hour(0, 8, 2))
        lay_out(hour(0, 8, 3))
        assert [row.state for row in today.all()] == [State.SCHEDULED]

    def test_cancels_the_log_reminder_of_a_logged_day(self, recovery, lay_out, pat, hour, day):
        lay_out(hour(0, 7))
        log(recovery, by=pat, now=hour(0, 10))

        lay_out(hour(0, 10, 1))

        assert rows(kind=Kind.LOG, local_on=day(0)).get().reason == "already_done"

    def test_moves_the_reminders_of_a_moved_visit(self, recovery, lay_out, thea, hour, day):
        visit = follow_ups.book_visit(
            recovery=recovery, kind="therapy", on=day(8), at=time(10), by=thea, now=hour(0, 6)
        )
        lay_out(hour(0, 7))
        follow_ups.move_visit(visit=visit, on=day(9), at=time(11), by=thea, now=hour(0, 8))

        lay_out(hour(0, 8, 1))

        planned = [(row.slot, row.local_on) for row in rows(kind=Kind.VISIT, state=State.SCHEDULED)]
        assert planned == [("d7", day(2)), ("d1", day(8)), ("morning", day(9))]
        assert {row.reason for row in rows(kind=Kind.VISIT, state=State.CANCELLED)} == {"visit_changed"}

    def test_brings_back_the_reminders_of_a_visit_moved_back(self, recovery, lay_out, thea, hour, day):
        visit = follow_ups.book_visit(
            recovery=recovery, kind="therapy", on=day(8), at=time(10), by=thea, now=hour(0, 6)
        )
        for on in (day(9), day(8)):
            lay_out(hour(0, 7))
            visit = follow_ups.move_visit(visit=visit, on=on, at=time(10), by=thea, now=hour(0, 8))
        lay_out(hour(0, 8, 30))

        assert [row.local_on for row in rows(kind=Kind.VISIT, state=State.SCHEDULED)] == [
            day(1),
            day(7),
            day(8),
        ]

    def test_moves_unsent_rows_to_a_new_hour_and_leaves_sent_ones(
        self, recovery, record, lay_out, pat, hour, day
    ):
        lay_out(hour(0, 7))
        rows(kind=Kind.LOG, local_on=day(0)).update(state=State.SENT)
        change_preferences(patient=record, choice=choice(log_at=time(20)), by=pat, now=hour(0, 19))

        lay_out(hour(0, 19, 1))

        logs = rows(kind=Kind.LOG)
        assert logs.filter(local_on=day(0)).get().wall_time == time(18)
        assert logs.filter(local_on=day(0)).count() == 1
        assert {row.wall_time for row in logs.exclude(local_on=day(0))} == {time(20)}

    def test_moves_the_future_with_the_zone_and_sends_no_day_again(self, recovery, lay_out, pat, hour, day):
        lay_out(hour(0, 7))
        before = rows().count()
        rows(kind=Kind.LOG, local_on=day(0)).update(state=State.SENT)
        profile.set_time_zone(user=pat, time_zone="America/New_York", now=hour(0, 19))

        lay_out(hour(0, 19, 1))

        assert rows(kind=Kind.LOG, local_on=day(0)).get().time_zone == "Europe/Madrid"
        moved = rows(kind=Kind.LOG, local_on__gt=day(0)).first()
        assert moved.time_zone == "America/New_York"
        assert moved.planned_at.astimezone(ZoneInfo("America/New_York")).time() == time(18)
        assert rows().count() - before <= 1

    def test_sends_no_x_ray_nudge_again_because_a_pause_moved_it(
        self, recovery, record, lay_out, pat, hour, day
    ):
        lay_out(hour(0, 7))
        nudges = rows(kind=Kind.X_RAY_BOOK)
        first, second = nudges[0], nudges[1]
        nudges.filter(pk=first.pk).update(state=State.SENT)
        change_preferences(patient=record, choice=choice(paused_until_on=day(12)), by=pat, now=hour(1, 19))

        lay_out(hour(1, 19, 1))

        assert nudges.filter(subject=first.subject).count() == 1
        moved = nudges.get(subject=second.subject)
        assert (moved.pk, moved.state) == (second.pk, State.SCHEDULED)
        assert moved.local_on >= day(12)

    def test_cancels_everything_when_the_recovery_closes(self, recovery, lay_out, thea, hour):
        lay_out(hour(0, 7))
        close.close_recovery(recovery=recovery, reason="healed", by=thea, now=hour(0, 8))

        lay_out(hour(0, 8, 1))

        assert set(rows().values_list("state", "reason")) == {(State.CANCELLED, "recovery_closed")}

    def test_makes_nothing_for_a_patient_without_an_address(self, recovery, record, lay_out, hour):
        type(record).objects.filter(pk=record.pk).update(user=None, email="")

        lay_out(hour(0, 7))

        assert not rows().exists()

    def test_of_a_recovery_that_is_gone_changes_nothing(self, hour):
        assert sync(recovery_id=987654, now=hour(0, 7)) == 0


class TestWorkList:
    def test_holds_what_changed_and_nothing_else(self, recovery, record, lay_out, pat, thea, hour):
        assert queries.work_list(now=hour(0, 7), limit=10) == [recovery.pk]
        lay_out(hour(0, 7))
        assert queries.work_list(now=hour(0, 7), limit=10) == []

        assign(recovery, by=thea, now=hour(0, 7))
        assert queries.work_list(now=hour(0, 7), limit=10) == [recovery.pk]
        lay_out(hour(0, 7, 1))

        change_preferences(patient=record, choice=choice(log_at=time(19)), by=pat, now=hour(0, 7))
        assert queries.work_list(now=hour(0, 7), limit=10) == [recovery.pk]
        lay_out(hour(0, 7, 2))
        assert queries.work_list(now=hour(0, 7), limit=10) == []

        profile.set_time_zone(user=pat, time_zone="Europe/Vienna", now=hour(0, 7))
        assert queries.work_list(now=hour(0, 7), limit=10) == [recovery.pk]

    def test_holds_what_runs_out(self, recovery, lay_out, hour):
        lay_out(hour(0, 7))

        assert queries.work_list(now=hour(6, 7), limit=10) == []
        assert queries.work_list(now=hour(10, 7), limit=10) == [recovery.pk]

    def test_is_worked_off_by_the_sweep(self, recovery, hour):
        assert sync_changed(now=hour(0, 7)) == 1
        assert sync_changed(now=hour(0, 7)) == 0
        assert rows().exists()

    def test_goes_on_after_a_recovery_that_fails(self, recovery, record, cast, thea, hour, caplog):
        type(record).objects.filter(pk=record.pk).update(time_zone="Nowhere/Land")

        assert sync_changed(now=hour(0, 7)) == 0
        assert f"recovery {recovery.pk} could not be laid out" in caplog.text

    def test_of_a_patient_covers_every_open_recovery(self, recovery, record, hour):
        assert sync_patient(patient_id=record.pk, now=hour(0, 7)) == rows().count() > 0


class TestFacts:
    def test_cost_as_many_queries_for_two_recoveries_as_for_one(
        self, recovery, cast, thea, hour, django_assert_num_queries
    ):
        other = make_recovery(cast.pat_record, by=thea, now=hour(0, 6), kind=ANKLE_CAST)
        assign(other, by=thea, now=hour(0, 6))
        for one in (recovery, other):
            add_medicine(one, time(8), time(20), by=thea, now=hour(0, 6))

        with django_assert_num_queries(18):
            queries.facts([recovery.pk], now=hour(0, 7))
        with django_assert_num_queries(18):
            assert len(queries.facts([recovery.pk, other.pk], now=hour(0, 7))) == 2


class TestPreference:
    def test_refuses_hours_outside_8_to_21_in_the_database_too(self, record):
        with pytest.raises(IntegrityError), transaction.atomic():
            Preference.objects.create(patient=record, quiet_until=time(6))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL: several writers at once")
@pytest.mark.django_db(transaction=True)
class TestSyncAtOnce:
    def test_makes_each_row_once(self, recovery, hour):
        def run(_number: int) -> int:
            try:
                return sync(recovery_id=recovery.pk, now=hour(0, 7))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(run, range(4)))

        assert sorted(made)[:3] == [0, 0, 0]
        assert sorted(made)[3] == rows().count()

    def test_may_add_reminders_while_the_recovery_and_its_patient_are_changed(
        self, recovery, record, thea, hour
    ):
        def point_to_both() -> None:
            """Take the locks that a reminder's foreign keys take; fail at once where somebody is in the way."""
            try:
                with connection.cursor() as cursor:
                    for table, row in (("recovery_recovery", recovery), ("accounts_patient", record)):
                        cursor.execute(f"SELECT 1 FROM {table} WHERE id = {row.pk} FOR KEY SHARE NOWAIT")
            finally:
                connections.close_all()

        with transaction.atomic(), ThreadPoolExecutor(1) as pool:
            log(recovery, by=thea, now=hour(0, 12))
            care.link_user(patient=record, user=record.user, by=None, now=hour(0, 12))

            pool.submit(point_to_both).result()
