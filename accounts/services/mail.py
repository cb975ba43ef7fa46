"""Mails about accounts: both parts, no health words, and a failing server never loses what was decided."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def compose(
    *, to: list[str], subject: str, text: str, headers: dict[str, str] | None = None
) -> EmailMultiAlternatives:
    """Return a mail with ``text`` as its plain part and the same words as its HTML part."""
    plain = text.strip() + "\n"
    auto = {"Auto-Submitted": "auto-generated", **(headers or {})}
    mail = EmailMultiAlternatives(" ".join(subject.split()), plain, settings.EMAIL_FROM, to, headers=auto)
    html = render_to_string("accounts/mail.html", {"text": plain, "product_name": settings.PRODUCT_NAME})
    mail.attach_alternative(html, "text/html")
    return mail


def send(mail: EmailMessage, *, about: str) -> bool:
    """Hand the mail to the server and tell whether it took it. ``about`` is an id for the log."""
    try:
        return mail.send() > 0
    except (SMTPException, OSError, ValueError) as problem:
        # A ValueError is an address that no server can be told. The problem's own words may hold the address,
        # so only its kind is logged.
        logger.warning("mail not sent: %s (%s)", about, type(problem).__name__)
        return False
