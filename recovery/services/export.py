"""What the file with a person's own data holds about their recoveries."""

from base64 import b64encode

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import export
from recovery.domain.xray import MOVED
from recovery.models import (
    Alert,
    Assignment,
    DailyLog,
    LogRevision,
    Medicine,
    MedicineHour,
    Photo,
    PlanFilm,
    PlanGate,
    PlanLoad,
    PlanPhase,
    PlanTherapy,
    PlanVersion,
    Recovery,
    Repair,
    SetDone,
    Visit,
    VisitQuestion,
    XRay,
)
from recovery.querysets import PlanQuerySet


def register() -> None:
    """Add the parts of this package. Of a moved bone people hear by phone first."""
    export.add(
        "recoveries",
        _("Broken bones"),
        Recovery.objects.of,
        "public_id site side injured_on is_open is_low_energy icd10cm opened_at closed_at close_reason",
    )
    export.add(
        "treatments",
        _("Treatments"),
        Repair.objects.of,
        "public_id recovery__public_id sequence method operated_on hardware graft note recorded_at",
    )
    export.add(
        "plans",
        _("Plans"),
        _plans,
        "public_id recovery__public_id number state protocol_id content_version day_zero_on "
        "ends_on load_choice device device_off_from_on device_off_until_on rom_limits early_weeks "
        "typical_weeks late_weeks reason confirmed_by_name confirmed_at ended_at",
    )
    export.add(
        "plan_phases",
        _("Phases of your plans"),
        lambda user: PlanPhase.objects.filter(plan__in=_plans(user)),
        "plan__public_id code starts_on ends_on released_by_name released_at release_note",
    )
    export.add(
        "plan_loads",
        _("Loads of your plans"),
        lambda user: PlanLoad.objects.filter(plan__in=_plans(user)),
        "plan__public_id position code from_on until_on released_by_name released_at release_note",
    )
    export.add(
        "plan_x_rays",
        _("X-rays in your plans"),
        lambda user: PlanFilm.objects.filter(plan__in=_plans(user)),
        "plan__public_id key week due_on window_from_on window_until_on",
    )
    export.add(
        "plan_therapy",
        _("Therapy in your plans"),
        lambda user: PlanTherapy.objects.filter(plan__in=_plans(user)),
        "plan__public_id from_on until_on visits_per_week",
    )
    export.add(
        "plan_conditions",
        _("Conditions in your plans"),
        lambda user: PlanGate.objects.filter(plan__in=_plans(user)),
        "plan__public_id change needs",
    )
    export.add(
        "logs",
        _("Days you logged"),
        DailyLog.objects.of,
        "public_id recovery__public_id day pain_rest pain_move answers logged_at changed_at",
    )
    export.add(
        "log_saves",
        _("Each save of your log"),
        LogRevision.objects.of,
        "public_id recovery__public_id log__public_id day body done_at time_zone received_at undone_at",
    )
    export.add(
        "questions",
        _("Your questions for visits"),
        VisitQuestion.objects.of,
        "public_id recovery__public_id text added_at asked_at removed_at",
    )
    export.add(
        "photos",
        _("Your photos"),
        Photo.objects.of,
        "public_id recovery__public_id day width height added_at file_name",
        filled=_with_picture,
    )
    export.add(
        "exercises",
        _("Exercises"),
        Assignment.objects.of,
        "public_id recovery__public_id exercise_id sets reps hold_seconds minutes times_per_day "
        "note starts_on ends_on paused_at assigned_at",
    )
    export.add(
        "sets_done",
        _("Sets you did"),
        SetDone.objects.of,
        "public_id assignment__public_id day done_at time_zone pain where undone_at",
    )
    export.add(
        "visits",
        _("Visits"),
        Visit.objects.of,
        "public_id recovery__public_id kind state on at minutes place note cannot_come_at booked_at",
    )
    export.add(
        "x_rays",
        _("X-ray results"),
        lambda user: XRay.objects.of(user).exclude(position_vs_last=MOVED, patient_phoned=False),
        "public_id recovery__public_id film_date modality position_vs_last callus "
        "clinician_verdict findings note_for_patient recorded_by_name recorded_at corrected_at "
        "seen_at",
    )
    export.add(
        "warning_signs",
        _("Warning signs"),
        Alert.objects.of,
        "public_id recovery__public_id flag_id urgency source day raised_at acknowledged_by_name "
        "acknowledged_at closed_at close_note",
    )
    export.add(
        "medicines",
        _("Medicines and supplements"),
        Medicine.objects.of,
        "public_id recovery__public_id kind label every_days starts_on ends_on added_at stopped_at",
    )
    export.add(
        "medicine_hours",
        _("Hours of your medicines"),
        MedicineHour.objects.of,
        "medicine__public_id at since_at",
    )


def _plans(user: User) -> PlanQuerySet:
    """Keep a person's plans; a draft is nobody's yet."""
    return PlanVersion.objects.of(user).filter(confirmed_at__isnull=False)


def _with_picture(row: export.Row) -> export.Row:
    """Put a photo itself into its row; None where its file is gone. Where it is kept is nobody's business."""
    path = Photo(file_name=row["file_name"]).path
    try:
        picture = b64encode(path.read_bytes()).decode()
    except OSError:
        picture = None
    return {**{name: value for name, value in row.items() if name != "file_name"}, "jpeg_base64": picture}
