"""The operator's desk: clinics, users and staff. It shows no patient's record."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts import clock
from accounts.models import AuditEvent, Clinic, Invitation, Membership, User
from accounts.services import audit

admin.site.unregister(Group) if admin.site.is_registered(Group) else None


class Audited(admin.ModelAdmin):
    """Writes an audit row for each change an operator makes."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and write down who did."""
        super().save_model(request, obj, form, change)
        assert isinstance(request.user, User)  # noqa: S101  # nosec: the admin is for operators
        action = f"{obj._meta.model_name}.{'changed' if change else 'added'}_by_operator"
        fields = {"fields": sorted(form.changed_data)}
        audit.record(action, by=request.user, now=clock.now(), subject_id=obj.public_id, detail=fields)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: people and clinics end, they are not deleted here."""
        return False


class ReadOnly(admin.ModelAdmin):
    """Shows rows and changes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(Clinic)
class ClinicAdmin(Audited):
    list_display = ("name", "time_zone", "phone", "content_version")
    search_fields = ("name",)


@admin.register(User)
class UserAdmin(Audited):
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "time_zone", "is_active", "is_staff", "is_superuser", "last_login")
    readonly_fields = ("email", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: an account comes from an invitation."""
        return False


@admin.register(Membership)
class MembershipAdmin(Audited):
    list_display = ("user", "clinic", "profession", "is_manager", "may_confirm_plans", "from_at", "until_at")
    list_select_related = ("user", "clinic")
    autocomplete_fields = ("user", "clinic")


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    list_display = ("email", "clinic", "profession", "invited_at", "sent_at", "accepted_at", "withdrawn_at")
    list_select_related = ("clinic",)
    fields = list_display


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ("at", "action", "actor_id", "patient_id", "subject_id", "address")
    list_filter = ("action",)
    date_hierarchy = "at"
