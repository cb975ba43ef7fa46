"""The API about oneself: who am I, and my keys."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.pagination import BasePagination
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle, ScopedRateThrottle
from rest_framework.views import APIView

from accounts import clock, queries
from accounts.api import serializers
from accounts.api.permissions import ScopePermission
from accounts.models import ApiToken, User
from accounts.services import profile, tokens


class Me(APIView):
    """The caller."""

    permission_classes = [IsAuthenticated, ScopePermission]
    write_scope = ApiToken.Scope.LOG

    @extend_schema(responses=serializers.MeSerializer, operation_id="me", tags=["me"])
    def get(self, request: Request) -> Response:
        """Say who calls, and which ties they have."""
        return Response(serializers.MeSerializer(queries.person(_user(request))).data)

    @extend_schema(
        request=serializers.MeChangeSerializer,
        responses=serializers.MeSerializer,
        operation_id="me_change",
        tags=["me"],
    )
    def patch(self, request: Request) -> Response:
        """Change the caller's time zone or theme."""
        shape = serializers.MeChangeSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        user, now = _user(request), clock.now()
        if "time_zone" in shape.validated_data:
            profile.set_time_zone(user=user, time_zone=shape.validated_data["time_zone"], now=now)
        if "theme" in shape.validated_data:
            profile.set_theme(user=user, theme=shape.validated_data["theme"], now=now)
        return Response(serializers.MeSerializer(queries.person(user)).data)


class Tokens(APIView):
    """The caller's keys."""

    throttle_scope = "tokens"
    pagination_class: type[BasePagination] = api_settings.DEFAULT_PAGINATION_CLASS  # type: ignore[assignment]

    def get_permissions(self) -> list[BasePermission]:
        """Let anybody ask for a key; only its person lists them."""
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated(), ScopePermission()]

    def get_authenticators(self) -> list[Any]:
        """Take a password instead of a session or a key when a key is made."""
        return (
            [] if self.request is not None and self.request.method == "POST" else super().get_authenticators()
        )

    def get_authenticate_header(self, request: Request) -> str:
        """Name the scheme, which makes a refusal 401."""
        return "Bearer"

    def get_throttles(self) -> list[BaseThrottle]:
        """Count tries for a key apart from other calls."""
        return [ScopedRateThrottle()] if self.request.method == "POST" else super().get_throttles()

    @extend_schema(
        responses=serializers.TokenSerializer(many=True), operation_id="tokens_list", tags=["tokens"]
    )
    def get(self, request: Request) -> Response:
        """List the caller's keys that work, newest first; never their secrets."""
        rows = ApiToken.objects.of(_user(request)).filter(expires_at__gt=clock.now()).order_by("-created_at")
        pages = self.pagination_class()
        shown = pages.paginate_queryset(rows, request, view=self)
        answer: Response = pages.get_paginated_response(serializers.TokenSerializer(shown, many=True).data)
        return answer

    @extend_schema(
        request=serializers.SignInSerializer,
        responses={201: serializers.NewTokenSerializer},
        auth=[],
        operation_id="tokens_create",
        tags=["tokens"],
    )
    def post(self, request: Request) -> Response:
        """Make a key for an e-mail address and a password. The secret is in this answer only."""
        shape = serializers.SignInSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data = dict(shape.validated_data)
        user = _by_password(request, data.pop("email"), data.pop("password"))
        token, plain = tokens.make_token(user=user, now=clock.now(), **data)
        made = {"token": plain, "id": token.public_id, "scope": token.scope, "expires_at": token.expires_at}
        return Response(serializers.NewTokenSerializer(made).data, status=status.HTTP_201_CREATED)


class Token(APIView):
    """One of the caller's keys."""

    permission_classes = [IsAuthenticated, ScopePermission]

    @extend_schema(responses={204: None}, operation_id="tokens_revoke", tags=["tokens"])
    def delete(self, request: Request, token_id: UUID) -> Response:
        """End a key at once."""
        token = get_object_or_404(ApiToken.objects.of(_user(request)), public_id=token_id)
        tokens.revoke_token(token=token, by=_user(request), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _user(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # nosec: IsAuthenticated has seen to it
    return request.user


def _by_password(request: Request, email: str, password: str) -> User:
    # The same door as the sign-in page: one count of wrong tries, one time for known and unknown addresses.
    try:
        user = get_adapter().authenticate(request._request, email=email.strip().lower(), password=password)
    except ValidationError as too_many:
        raise Throttled(detail=too_many.message) from too_many
    if not isinstance(user, User) or not user.is_active:
        raise AuthenticationFailed(_("This e-mail address and password do not go together."))
    return user
