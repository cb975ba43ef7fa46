"""Operators may look at the engine's rows and change none of them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from reminders.models import Figure, Message, Reminder, Suppression, SyncState, Tick


class ReadOnly(admin.ModelAdmin):
    """A page that shows rows and offers no change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(Reminder)
class ReminderAdmin(ReadOnly):
    list_display = ("public_id", "kind", "local_on", "due_at", "state", "reason")
    list_filter = ("state", "kind")
    search_fields = ("public_id",)
    show_full_result_count = False
    fields = (
        "public_id", "recipient_id", "kind", "subject", "local_on", "slot", "wall_time", "time_zone",
        "planned_at", "due_at", "expires_at", "state", "reason", "message", "changed_at",
    )  # fmt: skip


@admin.register(Message)
class MessageAdmin(ReadOnly):
    list_display = ("public_id", "state", "attempts", "created_at", "sent_at", "error_code")
    list_filter = ("state",)
    search_fields = ("public_id", "message_id")
    show_full_result_count = False


@admin.register(Suppression)
class SuppressionAdmin(ReadOnly):
    list_display = ("pk", "reason", "source", "suppressed_at")


@admin.register(SyncState)
class SyncStateAdmin(ReadOnly):
    list_display = ("recovery_id", "is_behind", "until_on")
    show_full_result_count = False


@admin.register(Tick)
class TickAdmin(ReadOnly):
    list_display = ("name", "at")


@admin.register(Figure)
class FigureAdmin(ReadOnly):
    list_display = ("name", "value")
