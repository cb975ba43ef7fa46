"""What a key may do, whatever its person may."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it reads the settings, which name this module

STRENGTH = {ApiToken.Scope.READ: 0, ApiToken.Scope.LOG: 1, ApiToken.Scope.STAFF: 2}


class ScopePermission(BasePermission):
    """Let a key read; let it write where its scope reaches.

    A view that a patient's phone may write to says ``write_scope = ApiToken.Scope.LOG``; any other needs
    ``staff``.
    A session has no scope and may do what the person may.
    """

    message = _("This key may not do that.")

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Tell whether the caller's key reaches."""
        token = request.auth
        if not isinstance(token, ApiToken) or request.method in SAFE_METHODS:
            return True
        needed = getattr(view, "write_scope", ApiToken.Scope.STAFF)
        return STRENGTH[ApiToken.Scope(token.scope)] >= STRENGTH[needed]
