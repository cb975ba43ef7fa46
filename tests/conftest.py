"""What every test can ask for: the cast, signed-in browsers, a clock to move."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from rest_framework.test import APIClient

from accounts import clock
from accounts.models import ApiToken, User
from accounts.services import tokens
from tests import factories

# Playwright's synchronous API leaves an event loop running in its thread; Django would refuse every query there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

_locks = import_module("accounts.migrations.0002_audit_is_append_only")


def _flush_past_the_audit_lock(
    flush: Callable[[TransactionTestCase], None],
) -> Callable[[TransactionTestCase], None]:
    """SQLite flushes by DELETE, which the audit's triggers refuse: lift them for the flush between two tests."""

    def teardown(case: TransactionTestCase) -> None:
        if connection.vendor != "sqlite":
            return flush(case)
        with connection.cursor() as cursor:
            for statement in _locks.SQLITE_UNLOCK:
                cursor.execute(statement)
        try:
            return flush(case)
        finally:
            with connection.cursor() as cursor:
                for statement in _locks.SQLITE_LOCK:
                    cursor.execute(statement)

    return teardown


TransactionTestCase._fixture_teardown = _flush_past_the_audit_lock(TransactionTestCase._fixture_teardown)


@pytest.fixture(autouse=True)
def _plain_surroundings(settings, tmp_path: Path) -> None:
    """Keep this machine's own state out: its clock offset, its collected files, counts of earlier tests."""
    settings.CLOCK_OFFSET_FILE = tmp_path / "clock_offset"
    settings.MEDIA_DIR = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.ACCOUNT_MAIL_AGAIN_SECONDS = ()  # a mail that is tried again must not turn up in another test
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # not slow on purpose
    cache.clear()


@pytest.fixture
def shift_clock(settings) -> Callable[[timedelta], None]:
    """Return a function that moves every clock of every process."""

    def shift(by: timedelta) -> None:
        settings.CLOCK_OFFSET_FILE.write_text(str(by.total_seconds()))

    return shift


@pytest.fixture
def now(db) -> datetime:
    """Return this instant in UTC by the app's clock."""
    return clock.now()


@pytest.fixture
def cast(db) -> factories.Cast:
    """Make the cast (``tests/factories.py``)."""
    return factories.cast()


@pytest.fixture
def browser_of() -> Callable[[User | None], Client]:
    """Return a function that gives a browser signed in as a person, or as nobody."""

    def open_browser(person: User | None) -> Client:
        browser = Client()
        if person is not None:
            browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return open_browser


@pytest.fixture
def api_of() -> Callable[..., APIClient]:
    """Return a function that gives an API caller with a key of a person, or with none."""

    def open_api(person: User | None, scope: str = ApiToken.Scope.STAFF) -> APIClient:
        caller = APIClient()
        if person is not None:
            _token, plain = tokens.make_token(user=person, name="test", scope=scope, days=1, now=clock.now())
            caller.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
        return caller

    return open_api
