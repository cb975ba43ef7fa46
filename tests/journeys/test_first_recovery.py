"""The first whole recovery, on real parts: broker, Celery worker and beat, SMTP server, web server, database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.chromium import ChromiumDriver
from tests.journeys.drivers import Driver, HtmlDriver
from tests.journeys.journey import ZONE, Journey
from tests.journeys.parts import installation, own_database, own_redis, smtp_server
from tests.journeys.story import live

pytestmark = pytest.mark.real_parts


@contextmanager
def lived_by(browser: Callable[[str], Driver], var: Path) -> Iterator[Journey]:
    """Start an installation and a mailbox, and give the story that will be lived with these browsers."""
    with (
        own_database() as database_url,
        own_redis(var) as redis_url,
        smtp_server() as (mailbox, port),
        installation(var, smtp_port=port, database_url=database_url, redis_url=redis_url) as running,
    ):
        tomorrow = datetime.now(ZONE).date() + timedelta(days=1)
        yield Journey(running, mailbox, lambda: browser(running.url), tomorrow)


class TestTheFirstWholeRecovery:
    def test_can_be_lived_without_javascript(self, tmp_path):
        with lived_by(HtmlDriver, tmp_path) as journey:
            live(journey)

    @pytest.mark.browser
    def test_can_be_lived_on_a_phone_with_no_fault_found_by_axe(self, tmp_path, browser: Browser):
        phones: list[ChromiumDriver] = []

        def phone(base: str) -> ChromiumDriver:
            phones.append(ChromiumDriver(browser, base))
            return phones[-1]

        with lived_by(phone, tmp_path) as journey:
            live(journey)

        assert "\n".join(fault for one in phones for fault in one.faults) == ""
        assert len(set().union(*(one.seen for one in phones))) >= 40
