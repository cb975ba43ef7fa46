"""How django-allauth behaves here: no sign-up, our own words, nobody told who has an account."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import User
from accounts.services import audit, devices, mail, tokens

_post = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sign-in-mail")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail address and password do not go together. Try again."),
        "too_many_login_attempts": _("Too many tries. Wait 5 minutes, or ask for a sign-in code."),
        "incorrect_code": _(
            "This code is not right, or it is too old. Check the e-mail, or ask for a new code."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: an account comes from an invitation."""
        return False

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """Return the mail in both parts."""
        plain = super().render_mail(template_prefix, email, context, headers)
        return mail.compose(to=plain.to, subject=plain.subject, text=str(plain.body), headers=headers)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail beside the answer, not before it.

        Only an address with an account gets a mail, so waiting for the server would tell that it has one.
        """
        message = self.render_mail(
            template_prefix, email, {"email": email, "request": self.request, **context}
        )
        _post.submit(_deliver, message, template_prefix, settings.ACCOUNT_MAIL_AGAIN_SECONDS)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address of a reset link, at the installation's own name whatever the request said."""
        path = str(reverse("account_reset_password_from_key", kwargs={"uidb36": "0", "key": "x"}))
        return f"{settings.SITE_URL}{path.replace('0-x', key)}"

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that rate limits count by: the one the audit writes down."""
        return audit.address() or super().get_client_ip(request)

    def set_password(self, user: User, password: str) -> None:
        """Set a password; what was signed in by the old one ends, keys included."""
        super().set_password(user, password)
        now = clock.now()
        tokens.revoke_all(user=user, now=now)
        devices.forget(user=user)
        audit.record("user.password_set", by=user, now=now, subject_id=user.public_id)


def _deliver(message: EmailMessage, about: str, waits: Sequence[int]) -> None:
    """Hand a mail to the server, and try again after each of ``waits`` (seconds) until it is taken."""
    if mail.send(message, about=about) or not waits:
        return
    again = Timer(waits[0], _post.submit, (_deliver, message, about, waits[1:]))
    again.daemon = True
    again.start()
