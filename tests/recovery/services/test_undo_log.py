"""Undo puts a day back to what it was before the person's last save, and nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from accounts.models import AuditEvent
from recovery.domain.log import DayEntry
from recovery.models import Alert, DailyLog, LogRevision, SetDone
from recovery.services import exercises
from recovery.services.change import RecoveryClosed
from recovery.services.close import close_recovery
from recovery.services.log import LogDiffers, log_day
from recovery.services.undo_log import NotTheLastSave, undo_save
from tests.recoveries import assign, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea, day=20)


@pytest.fixture
def save(recovery, pat):
    """Return a function that saves a day as Pat, or as another, and returns what came of it."""

    def send(*, by=pat, save_id=None, days_ago=0, minutes_ago=0, shown_ticks=None, **answers):
        now = clock.now()
        day = clock.local_day(now, recovery.patient.time_zone) - timedelta(days=days_ago)
        done_at = now - timedelta(minutes=minutes_ago)
        entry = DayEntry(day, done_at, "Europe/Madrid", {"pain_rest": 3, **answers})
        return log_day(
            recovery_id=recovery.pk, entry=entry, save_id=save_id or uuid4(), by=by, now=now, shown_ticks=shown_ticks
        )  # fmt: skip

    return send


@pytest.fixture
def undo(recovery, pat):
    """Return a function that undoes a save as Pat, or as another."""

    def send(done, *, by=pat):
        return undo_save(recovery_id=recovery.pk, save_id=done.save.public_id, by=by, now=clock.now())

    return send


class TestUndo:
    def test_of_a_first_save_removes_the_day_and_keeps_the_save(self, save, undo):
        undo(save())

        assert not DailyLog.objects.exists()
        kept = LogRevision.objects.get()
        assert kept.undone_at is not None
        assert kept.body == {"pain_rest": 3}

    def test_of_a_change_brings_back_each_answer_with_its_time(self, save, undo):
        save(pain_move=5, swelling="a lot", note="Bad day.")
        before = DailyLog.objects.get()

        undo(save(pain_rest=8, pain_move=None, swelling="none", check="fine"))

        after = DailyLog.objects.get()
        assert (after.answers, after.set_at) == (before.answers, before.set_at)
        assert (after.pain_rest, after.pain_move) == (3, 5)

    def test_pressed_twice_does_no_harm(self, save, undo):
        save(pain_rest=6)
        second = save(pain_rest=2)

        undo(second)
        undo(second)

        assert DailyLog.objects.get().pain_rest == 6
        assert AuditEvent.objects.filter(action="recovery.save_undone").count() == 1

    def test_can_go_back_save_by_save(self, save, undo):
        first, second = save(pain_rest=6), save(pain_rest=2)

        undo(second)
        undo(first)

        assert not DailyLog.objects.exists()
        assert LogRevision.objects.standing().count() == 0

    def test_of_a_save_with_a_newer_one_is_refused(self, save, undo):
        first = save(pain_rest=6)
        save(pain_rest=2)

        with pytest.raises(NotTheLastSave):
            undo(first)
        assert DailyLog.objects.get().pain_rest == 2

    def test_of_somebody_elses_save_is_refused(self, save, undo, thea):
        theirs = save(by=thea)

        with pytest.raises(NotTheLastSave):
            undo(theirs)
        assert DailyLog.objects.exists()

    def test_reaches_as_far_back_as_the_pages(self, save, undo):
        undo(save(days_ago=3))
        old = save(days_ago=4)

        with pytest.raises(NotTheLastSave):
            undo(old)
        assert DailyLog.objects.count() == 1

    def test_of_a_save_from_before_undo_was_kept_is_refused(self, save, undo):
        old = save()
        LogRevision.objects.update(before=None)

        with pytest.raises(NotTheLastSave):
            undo(old)
        assert DailyLog.objects.exists()

    def test_in_a_closed_recovery_is_refused(self, save, undo, recovery, thea):
        done = save()
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            undo(done)

    def test_leaves_alerts_for_a_person_to_close(self, save, undo):
        undo(save(cast=["tight"]))

        assert Alert.objects.open().count() == 1

    def test_tells_the_world_and_the_audit(self, save, undo, recovery):
        done = save()
        recovery.refresh_from_db()
        revision = recovery.revision

        undo(done)

        recovery.refresh_from_db()
        assert recovery.revision == revision + 1
        row = AuditEvent.objects.get(action="recovery.save_undone")
        assert row.subject_id == done.log.public_id


class TestALateRepeatOfAnUndoneSave:
    def test_is_done_and_brings_nothing_back(self, save, undo, recovery, pat):
        done, now = save(), clock.now()
        undo(done)
        kept = done.save
        entry = DayEntry(kept.day, kept.done_at, kept.time_zone, kept.body)

        again = log_day(recovery_id=recovery.pk, entry=entry, save_id=kept.public_id, by=pat, now=now)

        assert (again.is_new, again.log, again.needs_help) == (False, None, False)
        assert not DailyLog.objects.exists()
        assert LogRevision.objects.count() == 1

    def test_with_other_answers_is_still_refused(self, save, undo):
        save_id = uuid4()
        undo(save(save_id=save_id))

        with pytest.raises(LogDiffers):
            save(save_id=save_id, pain_rest=9)

    def test_is_kept_beside_the_day_once_it_is_logged_again(self, save, undo):
        undo(save(pain_rest=9))
        save(pain_rest=2)

        row = DailyLog.objects.get()
        assert [one.undone_at is None for one in row.revisions.order_by("pk")] == [False, True]
        assert row.answers == {"pain_rest": 2}


class TestSets:
    @pytest.fixture
    def moves(self, recovery, thea):
        return assign(recovery, "ex-finger-fist", "ex-thumb-touch", by=thea)

    @pytest.fixture
    def press(self, recovery, pat):
        """Return a function that does a set today, as "Set done" does."""

        def do(move):
            day = clock.local_day(clock.now(), recovery.patient.time_zone)
            return exercises.do_set(
                assignment=move, set_id=uuid4(), day=day, done_at=clock.now(), time_zone="Europe/Madrid",
                by=pat, now=clock.now(),
            )  # fmt: skip

        return do

    @staticmethod
    def counted(move):
        return SetDone.objects.counted().filter(assignment=move).count()

    def test_that_the_save_counted_are_taken_back_and_no_others(self, save, undo, moves, press):
        fist, thumb = moves
        press(fist)
        press(thumb)

        undo(save(exercises_done=[str(fist.public_id)]))

        assert (self.counted(fist), self.counted(thumb)) == (1, 1)

    def test_that_the_save_took_back_count_again(self, save, undo, moves, press):
        fist, _thumb = moves
        press(fist)
        press(fist)

        done = save(exercises_done=[], shown_ticks=[str(fist.public_id)])
        assert self.counted(fist) == 0
        undo(done)

        assert self.counted(fist) == 2

    def test_done_since_keep_their_place(self, save, undo, moves, press):
        fist, _thumb = moves
        press(fist)
        press(fist)
        done = save(exercises_done=[], shown_ticks=[str(fist.public_id)])
        press(fist)

        undo(done)

        assert self.counted(fist) == 2
