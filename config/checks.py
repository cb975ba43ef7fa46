"""System checks that refuse an unsafe production setup or broken clinical tables, in one sentence each."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning
from django.core.checks import register as register_check

from recovery import protocols

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def register() -> None:
    """Register every check of this module: the one of production runs with ``check --deploy`` only."""
    register_check(production, Tags.security, deploy=True)
    register_check(content)


def production(app_configs: Sequence[AppConfig] | None, **_more: Any) -> list[CheckMessage]:
    """Return what is unsafe about serving people at ``PUBLIC_URL``; nothing without one."""
    if not settings.PUBLIC_URL:
        return []
    return [*_refused(), *_doubtful()]


def _refused() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            Error("DEBUG shows the inside of the program to everybody: set DEBUG=0.", id="bonestep.E001")
        )
    if settings.DEMO and settings.IS_SECURE:
        found.append(Error("The demo people's password is public: set DEMO=0.", id="bonestep.E002"))
    if settings.CLOCK_OFFSET_FILE is not None and settings.IS_SECURE:
        found.append(Error("The clock may be shifted by a file: set DEMO=0.", id="bonestep.E003"))
    if (settings.VAR_DIR / "clock_offset").exists():
        found.append(Error("Remove clock_offset from VAR_DIR: it shifts the clock.", id="bonestep.E004"))
    if not settings.IS_SECURE and settings.PUBLIC_HOST not in LOOPBACK:
        found.append(
            Error(
                "Health data must not travel in the open: PUBLIC_URL should begin with https://.",
                id="bonestep.E005",
            )
        )
    return found


def _doubtful() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.IS_SECURE and settings.SECRET_IS_GENERATED:
        hint = "SECRET_KEY was made by the program and lies in VAR_DIR: set SECRET_KEY or SECRET_KEY_FILE."
        found.append(Error(hint, id="bonestep.E006"))
    if settings.IS_SECURE and not settings.TRUSTED_PROXIES:
        hint = "Behind a proxy that ends TLS every page would redirect to itself: set TRUSTED_PROXIES=1."
        found.append(Warning(hint, id="bonestep.W002"))
    if not settings.MAIL_SERVER.host:
        found.append(Warning("No mail leaves this machine: set EMAIL_URL.", id="bonestep.W001"))
    return found


def content(app_configs: Sequence[AppConfig] | None, **_more: Any) -> list[CheckMessage]:
    """Return what is wrong with each release of the clinical tables: nobody is treated by half a table."""
    return [problem for version in _versions() for problem in _broken(version)]


def _versions() -> list[str]:
    return sorted({protocols.CURRENT, *protocols.versions()})


def _broken(version: str) -> list[CheckMessage]:
    try:
        protocols.load(version)
    except protocols.ContentError as problem:
        reason = " ".join(str(problem).split()).rstrip(".")
        return [Error(f"The clinical tables {version} cannot be used: {reason}.", id="bonestep.E007")]
    return []
