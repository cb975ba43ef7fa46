"""What operators see of recoveries: ids, states and instants. No health data, and nothing to change.

A record opens to people who care for the patient, in the app, where every reading is written down. A clinic's
clinical content is chosen here, since ``accounts`` does not know which there is.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst

from accounts.admin import ClinicAdmin
from accounts.models import Clinic
from recovery import protocols
from recovery.models import Alert, Assignment, DailyLog, Medicine, PlanVersion, Recovery, Visit, XRay


class Watched(admin.ModelAdmin):
    """A table to look at: nothing is added, changed or deleted here."""

    search_fields = ("=public_id",)
    show_full_result_count = False
    actions = None
    technical: tuple[str, ...] = ()

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """Show the same columns in the list as on the row's page."""
        return ("public_id", *self.technical)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Show ids, states and instants only."""
        return ("public_id", *self.technical)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Let nothing be typed."""
        return ("public_id", *self.technical)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: services write."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: services write."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: nothing of a record is deleted by hand."""
        return False


@admin.register(Recovery)
class RecoveryAdmin(Watched):
    technical = ("opened_at", "closed_at", "revision")


@admin.register(PlanVersion)
class PlanVersionAdmin(Watched):
    technical = ("number", "state", "content_version", "drafted_at", "confirmed_at", "ended_at")


@admin.register(DailyLog)
class DailyLogAdmin(Watched):
    technical = ("day", "logged_at", "changed_at")


@admin.register(Assignment)
class AssignmentAdmin(Watched):
    technical = ("starts_on", "ends_on", "paused_at", "assigned_at")


@admin.register(Medicine)
class MedicineAdmin(Watched):
    technical = ("starts_on", "ends_on", "added_at", "stopped_at")


@admin.register(Visit)
class VisitAdmin(Watched):
    technical = ("state", "on", "sequence", "booked_at")


@admin.register(XRay)
class XRayAdmin(Watched):
    technical = ("recorded_at", "corrected_at", "seen_at")


@admin.register(Alert)
class AlertAdmin(Watched):
    technical = ("raised_at", "acknowledged_at", "closed_at")


admin.site.unregister(Clinic)


@admin.register(Clinic)
class ClinicWithContentAdmin(ClinicAdmin):
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Offer the content versions that are installed; a clinic with another one must choose anew."""
        if db_field.name != "content_version":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        here = [(version, version) for version in protocols.versions()]
        label, hint = capfirst(db_field.verbose_name), db_field.help_text
        return forms.ChoiceField(label=label, help_text=hint, choices=[("", "---------"), *here])
