"""What comes back after a mail was taken: which reports say that an address does not work, for good."""

import re
from collections.abc import Mapping
from typing import Any

BOUNCED, INVALID, COMPLAINED = "bounced", "invalid", "complained"
OUR_FAULT = ("5.3.", "5.5.", "5.6.", "5.7.")
"""Enhanced codes of systems, protocol, content and policy: they say nothing about the address."""
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


def code_of_event(*, provider: str, kind: str, reason: str, answer: str, raw: Mapping[str, Any]) -> str:
    """Return the code by which an address is written to no more; empty where the report does not call for it.

    ``kind`` and ``reason`` are anymail's words, ``answer`` is the mail server's. ``raw`` is what the provider
    sent: anymail's words do not tell a full mailbox from one that does not exist.
    """
    if kind == "complained":
        return COMPLAINED
    if kind not in {"bounced", "rejected"} or reason not in {BOUNCED, INVALID}:
        return ""
    return "" if _is_soft(provider, raw) or is_our_fault(status_in(answer)) else reason


def status_in(text: str) -> str:
    """Return the first enhanced code (RFC 3463) in a text, e.g. ``5.1.1``, or nothing."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def is_our_fault(status: str) -> bool:
    """Say whether a refusal is about the sender, the mail or the server, and not about the address."""
    return status.startswith(OUR_FAULT)


def _is_soft(provider: str, raw: Mapping[str, Any]) -> bool:
    """Say whether the provider itself calls it a bounce that may pass. Mailgun's never come this far."""
    if provider == "postmark":
        return raw.get("Type") == "SoftBounce"
    if provider == "brevo":
        return raw.get("event") == "soft_bounce"
    if provider == "mailjet":
        return raw.get("event") == "bounce" and raw.get("hard_bounce") is not True
    if provider == "sparkpost":
        events = [one for one in raw.get("msys", {}).values() if isinstance(one, Mapping)]
        return not any(str(one.get("bounce_class")) in {"10", "30"} for one in events)
    return False
