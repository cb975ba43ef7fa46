"""The demo clinic, and browsers of its people."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from accounts import clock
from accounts.models import Clinic, User
from recovery.management import demo as demo_clinic
from translations import extract, pseudo

PATIENTS = ("pat", "otto", "vera")


@pytest.fixture
def demo(db) -> Clinic:
    """Make the demo clinic with its people and their weeks."""
    return demo_clinic.load(now=clock.now())


@pytest.fixture
def sign_in(demo, browser_of) -> Callable[..., Client]:
    """Return a function that opens the browser of a demo person, in a language."""

    def open_browser(name: str, language: str = "en") -> Client:
        user = User.objects.get(email=f"{name}@demo.example")
        user.language = language
        user.save(update_fields=["language"])
        return browser_of(user)

    return open_browser


@pytest.fixture(scope="session")
def made_up_catalogs(tmp_path_factory) -> Path:
    """Compile the made-up languages, once."""
    base = tmp_path_factory.mktemp("locale")
    pseudo.write_catalogs(extract.messages(), base)
    return base


@pytest.fixture
def made_up_languages(settings, made_up_catalogs) -> None:
    """Let people have a made-up language while the test lasts."""
    settings.LOCALE_PATHS = [made_up_catalogs, *settings.LOCALE_PATHS]
    settings.LANGUAGES = [*settings.LANGUAGES, (pseudo.LONG, "Long"), (pseudo.MIRRORED, "Mirrored")]
