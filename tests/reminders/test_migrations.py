"""What a patient chose, and what makes recoveries known as changed, come through a migration."""

from datetime import time

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts import clock
from reminders.models import Preference, SyncState
from reminders.services.sync import sync
from tests import factories
from tests.recoveries import make_recovery

BEFORE = [("reminders", "0004_figures")]


@pytest.fixture
def go_to(transactional_db):
    """Return a function that migrates to a state and returns its models; afterwards all is as it was."""
    newest = [one for one in MigrationExecutor(connection).loader.graph.leaf_nodes() if one[0] == "reminders"]

    def migrate(targets):
        executor = MigrationExecutor(connection)
        executor.migrate(targets)
        return executor.loader.project_state(targets).apps

    yield migrate
    MigrationExecutor(connection).migrate(newest)


class TestExerciseHours:
    def test_begin_with_the_one_hour_that_was_chosen(self, go_to):
        cast = factories.cast()
        recovery = make_recovery(cast.pat_record, by=cast.thea)
        old = go_to(BEFORE).get_model("reminders", "Preference")
        old.objects.create(patient_id=cast.pat_record.pk, exercise_at=time(17, 30))

        go_to([("reminders", "0005_exercise_hours")])

        assert Preference.objects.get().exercise_times() == (time(17, 30),)
        sync(recovery_id=recovery.pk, now=clock.now())
        assert not SyncState.objects.behind().exists()
        Preference.objects.update(revision=7)
        assert SyncState.objects.behind().exists()

    def test_go_back_to_the_first_of_them(self, go_to):
        cast = factories.cast()
        Preference.objects.create(patient=cast.pat_record, exercise_hours=[None, "15:00", "11:00"])

        old = go_to(BEFORE).get_model("reminders", "Preference")

        assert old.objects.get().exercise_at == time(11)
