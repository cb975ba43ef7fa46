"""Saves from before undo was there get their day from their log."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from recovery.models import LogRevision
from tests import factories
from tests.recoveries import log, make_recovery

BEFORE, AFTER = [("recovery", "0002_medicine")], [("recovery", "0003_photo_and_undo")]


@pytest.fixture
def go_to(transactional_db):
    """Return a function that migrates to a state; afterwards all is as it was."""
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()

    def migrate(targets):
        MigrationExecutor(connection).migrate(targets)

    yield migrate
    MigrationExecutor(connection).migrate(newest)


def test_each_save_knows_its_day(go_to):
    cast = factories.cast()
    recovery = make_recovery(cast.pat_record, by=cast.thea)
    days = {log(recovery, by=cast.pat, days_ago=back).day for back in range(3)}

    go_to(BEFORE)
    go_to(AFTER)

    assert set(LogRevision.objects.values_list("day", flat=True)) == days
    assert set(LogRevision.objects.values_list("before", flat=True)) == {None}
