"""The demo clinic, and browsers of its people."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import clock
from accounts.models import Clinic, User
from recovery.management import demo as demo_clinic

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
