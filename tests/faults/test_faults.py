"""Every mail that was due is sent once, whatever breaks in the middle.

A fault may repeat a mail only where nobody could know that it was taken: at most one for each open connection
of the sender that died, under the same Message-ID. ``FAULT_SECONDS``, ``FAULT_MAILS``, ``FAULT_SEED`` make the
runs longer or other; ``FAULT_REPORT`` names a file for the figures.
"""

import time

import pytest

from tests.faults.conftest import CONNECTIONS, HOLD_SECONDS, MAILS, ON_POSTGRESQL, SENDERS, Ground
from tests.faults.sink import CUT, DROP, HANG, LATER, OK
from tests.faults.site import children, kill, limit_files

pytestmark = pytest.mark.faults

needs_postgresql = pytest.mark.skipif(not ON_POSTGRESQL, reason="needs PostgreSQL: a server that can be hurt")


def under_way(ground: Ground) -> None:
    """Start a worker and a beat, have mails due, and wait for a moment in the middle of the sending."""
    ground.queue()
    ground.worker = ground.site.worker()
    ground.site.beat()
    ground.site.ring()
    ground.wait_for(ground.some_mail())


def test_nothing(ground):
    under_way(ground)

    found = ground.outcome()

    assert (found.once, found.twice, found.never) == (MAILS, 0, 0)


class TestAProcessIsKilled:
    def test_worker(self, ground):
        """The worker is the sender: its threads die with it."""
        under_way(ground)
        kill(ground.worker)
        ground.site.worker()
        ground.is_over()

        found = ground.outcome()

        assert found.never == 0
        assert found.twice <= CONNECTIONS * SENDERS

    def test_beat(self, ground):
        ground.queue()
        ground.site.worker()
        kill(ground.site.beat())
        ground.site.beat()
        ground.is_over()

        found = ground.outcome()

        assert (found.once, found.twice, found.never) == (MAILS, 0, 0)

    def test_two_beats_and_two_workers_are_no_fault(self, ground):
        ground.queue()
        for _number in range(2):
            ground.site.worker()
            ground.site.beat()
        ground.site.ring()
        ground.is_over()

        found = ground.outcome()

        assert (found.once, found.twice, found.never) == (MAILS, 0, 0)


class TestTheMailServer:
    @pytest.mark.parametrize("mode", [LATER, HANG, DROP])
    def test_is_ill_for_a_while(self, ground, mode):
        under_way(ground)
        ground.sink.mode = mode
        time.sleep(HOLD_SECONDS)
        ground.sink.mode = OK
        ground.is_over()

        found = ground.outcome()

        assert found.never == 0
        # What was under way when the server fell silent may have been taken: nobody can know.
        assert found.twice <= (CONNECTIONS if mode == HANG else 0)

    def test_takes_mails_and_cuts_the_line_before_it_says_so(self, ground):
        under_way(ground)
        ground.sink.mode = CUT
        ground.wait_for(ground.sink.times.total() + 1)
        ground.sink.mode = OK
        ground.is_over()

        found = ground.outcome()

        assert found.never == 0
        assert 1 <= found.twice <= CONNECTIONS

    def test_refuses_one_address_for_good(self, ground):
        ground.sink.refused = {"p7@example.org"}
        under_way(ground)
        ground.is_over()

        found = ground.outcome()

        assert (found.once, found.twice, found.never) == (MAILS - 1, 0, 1)
        assert "p7@example.org" not in ground.sink.times


class TestTheBroker:
    def test_comes_back_empty(self, ground):
        ground.queue()
        ground.site.worker()
        ground.site.beat()
        if ground.site.redis:
            ground.site.redis.kill()
            ground.site.redis.start()
        else:
            for file in (ground.site.var / "broker" / "queue").iterdir():
                file.unlink()
        ground.is_over()

        found = ground.outcome()

        assert (found.once, found.twice, found.never) == (MAILS, 0, 0)


class TestTheClock:
    @pytest.mark.parametrize("hours", [1, -1])
    def test_jumps(self, ground, hours):
        under_way(ground)
        ground.site.shift_clock(hours * 3600)
        ground.is_over()
        time.sleep(HOLD_SECONDS)
        ground.site.shift_clock(0)

        found = ground.outcome()

        assert found.never == 0
        assert found.twice == 0


class TestTheDatabase:
    @needs_postgresql
    @pytest.mark.parametrize("mode", ["fast", "immediate"])
    def test_is_restarted(self, ground, mode):
        under_way(ground)
        ground.cluster.stop(mode)
        ground.cluster.start()
        ground.is_over()

        found = ground.outcome()

        assert found.never == 0
        # A crash of the server forgets the last moments' marks (``services/mark.py``).
        assert found.twice == 0 or mode == "immediate"

    def test_has_no_room_for_a_while(self, ground):
        ground.sink.reply_seconds = 0.05
        under_way(ground)
        writer = ground.cluster.pid if ground.cluster else ground.worker.pid
        user = ground.cluster.user if ground.cluster else None
        limit_files([writer, *children(writer)], "1", user=user)
        time.sleep(HOLD_SECONDS)
        assert ground.sink.times.total() < MAILS, "the fault was not felt"
        if ground.cluster is None or ground.cluster.is_up():
            limit_files([writer, *children(writer)], "unlimited", user=user)
        if ground.cluster:
            ground.cluster.revive()
        ground.is_over()

        found = ground.outcome()

        assert found.never == 0
        # What was sent could not be written down: at most one for each connection of two senders.
        assert found.twice <= CONNECTIONS * SENDERS
