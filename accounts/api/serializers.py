"""The shapes that accounts send and receive. Each lists its fields."""

from rest_framework import serializers

from accounts.models import ApiToken, Profession, User
from accounts.services.tokens import MOST_DAYS


class ClinicSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    time_zone = serializers.CharField()
    phone = serializers.CharField()
    phone_hours = serializers.CharField()
    out_of_hours_phone = serializers.CharField()
    emergency_number = serializers.CharField()


class OwnRecordSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    time_zone = serializers.CharField()
    clinic = ClinicSerializer()


class MembershipSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    clinic = ClinicSerializer()
    profession = serializers.ChoiceField(choices=Profession.choices)
    is_manager = serializers.BooleanField()
    may_confirm_plans = serializers.BooleanField()


class MeSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="user.public_id")
    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")
    language = serializers.CharField(source="user.language")
    time_zone = serializers.CharField(source="user.time_zone")
    theme = serializers.ChoiceField(source="user.theme", choices=User.Theme.choices)
    patients = OwnRecordSerializer(many=True)
    memberships = MembershipSerializer(many=True)


class MeChangeSerializer(serializers.Serializer):
    time_zone = serializers.CharField(max_length=64, required=False)
    theme = serializers.ChoiceField(choices=User.Theme.choices, required=False)


class SignInSerializer(serializers.Serializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    name = serializers.CharField(max_length=80, help_text="What the key is for.")
    scope = serializers.ChoiceField(choices=ApiToken.Scope.choices, default=ApiToken.Scope.STAFF)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=90)


class NewTokenSerializer(serializers.Serializer):
    token = serializers.CharField(help_text="Shown once, kept nowhere.")
    id = serializers.UUIDField()
    scope = serializers.ChoiceField(choices=ApiToken.Scope.choices)
    expires_at = serializers.DateTimeField()


class TokenSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    scope = serializers.ChoiceField(choices=ApiToken.Scope.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_on = serializers.DateField(allow_null=True)
