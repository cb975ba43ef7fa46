"""A SQLite file that is replaced under a running process: no answer and no save goes to the one that is gone."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from django.core.signals import request_started
from django.db.utils import DEFAULT_DB_ALIAS, ConnectionHandler

from config import database
from config.env import env_database


@pytest.fixture
def kept(db, tmp_path: Path, monkeypatch):
    """Open a SQLite file as the settings say, and put a connection to it beside those of the process."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    file = tmp_path / "kept.sqlite3"
    handler = ConnectionHandler({DEFAULT_DB_ALIAS: env_database("DATABASE_URL", file)})
    connection = handler[DEFAULT_DB_ALIAS]
    monkeypatch.setattr(database, "connections", handler)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE line (words text)")
    yield connection
    connection.close()


def lines(connection) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM line")
        return [row[0] for row in cursor.fetchall()]


class TestAConnection:
    def test_is_kept_from_one_request_to_the_next(self, kept):
        opened = kept.connection

        request_started.send(sender=self.__class__)

        assert kept.connection is opened
        assert kept.settings_dict["CONN_MAX_AGE"] > 0

    def test_ends_with_the_file_it_was_opened_on(self, kept, tmp_path):
        backup = tmp_path / "backup.sqlite3"
        kept.close()
        shutil.copy(kept.settings_dict["NAME"], backup)
        other = sqlite3.connect(backup)
        with other:
            other.execute("INSERT INTO line VALUES ('restored')")
        other.close()
        assert lines(kept) == []

        backup.replace(kept.settings_dict["NAME"])
        request_started.send(sender=self.__class__)

        assert lines(kept) == ["restored"]

    def test_stays_open_within_a_transaction(self, kept):
        kept.opened_file = (1, 1)
        kept.in_atomic_block = True

        request_started.send(sender=self.__class__)

        assert kept.connection is not None
        kept.in_atomic_block = False
