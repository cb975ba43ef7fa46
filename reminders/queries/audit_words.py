"""What this package's audit rows mean to the patient whose record they are about: "Thea Berg …"."""

from django.utils.translation import gettext_lazy as _

from accounts.queries import add_words

WORDS = {
    "reminders.address_tried_again": _("let us send to your e-mail address again"),
    "reminders.preferences_changed": _("changed your reminders"),
    "reminders.stopped_by_link": _("stopped reminders by a link in a mail"),
    "reminders.test_asked": _("asked for a test reminder"),
}


def register() -> None:
    """Tell accounts these words."""
    add_words(WORDS)
