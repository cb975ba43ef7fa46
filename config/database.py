"""Connections to a SQLite file live for a minute, but never longer than the file they were opened on.

Opening one costs as much as a small page. One that outlived its file (a backup was put in its place) would go
on writing into the file that is gone, and what a patient saves there would be lost.
"""

from pathlib import Path
from typing import Any

from celery.signals import task_prerun
from django.core.signals import request_started
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def keep_watch() -> None:
    """Compare each connection's file with the one in its place, before every request and every task."""
    connection_created.connect(_remember, dispatch_uid="database.remember")
    request_started.connect(_close_outlived, dispatch_uid="database.request")
    task_prerun.connect(_close_outlived, dispatch_uid="database.task")


def _remember(*, connection: BaseDatabaseWrapper, **_more: Any) -> None:
    if connection.vendor == "sqlite":
        connection.opened_file = _identity(connection)  # type: ignore[attr-defined]


def _close_outlived(**_more: Any) -> None:
    for connection in connections.all(initialized_only=True):
        opened = getattr(connection, "opened_file", None)
        if opened is not None and not connection.in_atomic_block and opened != _identity(connection):
            connection.close()


def _identity(connection: BaseDatabaseWrapper) -> tuple[int, int]:
    try:
        found = Path(connection.settings_dict["NAME"]).stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)
