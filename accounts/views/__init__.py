"""Pages about accounts: the invitation, the person's own menu, the clinic."""

from django.conf import settings
from django.http import HttpRequest

from accounts import queries

SEEN_KEY = "privacy"


def privacy_needed(request: HttpRequest) -> bool:
    """Tell whether the person still has to accept the notice in force; asks the database once a session."""
    if not request.user.is_authenticated or request.session.get(SEEN_KEY) == settings.PRIVACY_VERSION:
        return False
    if not queries.has_accepted_privacy(request.user):
        return True
    request.session[SEEN_KEY] = settings.PRIVACY_VERSION
    return False
