"""Legal test data for recoveries, made by the real services. Days count back from ``now``."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts import clock
from accounts.models import Patient, User
from recovery import protocols
from recovery.domain.log import DayEntry
from recovery.domain.repair import treatment_of
from recovery.models import Assignment, DailyLog, Medicine, Photo, PlanVersion, Recovery, VisitQuestion
from recovery.services import exercises, medicines, photos, plan, questions, start
from recovery.services.log import log_day

WRIST_PLATE = {
    "site": "distal-radius",
    "side": "left",
    "method": "open_reduction",
    "hardware": ["plate", "screws", "splint"],
    "protocol_id": "distal-radius.plate",
}
WRIST_PINS = {
    **WRIST_PLATE,
    "method": "closed_reduction",
    "hardware": ["pins", "cast"],
    "protocol_id": "distal-radius.pins",
}
ANKLE_CAST = {
    "site": "ankle",
    "side": "right",
    "method": "closed_reduction",
    "hardware": ["cast"],
    "protocol_id": "ankle.cast",
    "load_choice": "standard",
}
ANKLE_PLATE = {
    "site": "ankle",
    "side": "left",
    "method": "open_reduction",
    "hardware": ["plate", "screws", "splint"],
    "protocol_id": "ankle.plate",
    "load_choice": "standard",
}
KYPHOPLASTY = {
    "site": "vertebral-compression",
    "side": "middle",
    "method": "balloon_kyphoplasty",
    "hardware": ["balloon", "bone_cement"],
    "protocol_id": "vertebral-compression.kyphoplasty",
}
HIP_REPLACEMENT = {
    "site": "femoral-neck",
    "side": "right",
    "method": "arthroplasty",
    "hardware": ["joint_replacement"],
    "protocol_id": "femoral-neck.arthroplasty",
}


def make_fracture(
    patient: Patient, *, by: User, day: int = 12, now: datetime | None = None, kind: dict | None = None
) -> Recovery:
    """Make a recovery with its repair, ``day`` days after day 0, without a plan."""
    now = now or clock.now()
    kind = kind or WRIST_PLATE
    day_zero_on = clock.local_day(now, patient.time_zone) - timedelta(days=day)
    recovery = start.start_recovery(
        patient=patient,
        site=kind["site"],
        side=kind["side"],
        injured_on=day_zero_on,
        is_open=False,
        is_low_energy=True,
        by=by,
        now=now,
    )
    start.record_repair(
        recovery=recovery,
        method=kind["method"],
        operated_on=None if treatment_of(kind["method"], kind["hardware"]) == "closed" else day_zero_on,
        hardware=kind["hardware"],
        by=by,
        now=now,
    )
    return Recovery.objects.get(pk=recovery.pk)


def make_draft(
    recovery: Recovery, *, by: User, now: datetime | None = None, kind: dict | None = None
) -> PlanVersion:
    """Make a draft plan."""
    kind = kind or WRIST_PLATE
    return plan.draft_plan(
        recovery=recovery,
        protocol_id=kind["protocol_id"],
        load_choice=kind.get("load_choice"),
        by=by,
        now=now or clock.now(),
    )


def make_recovery(
    patient: Patient, *, by: User, day: int = 12, now: datetime | None = None, kind: dict | None = None
) -> Recovery:
    """Make a recovery with a confirmed plan; ``by`` must be allowed to confirm."""
    now = now or clock.now()
    recovery = make_fracture(patient, by=by, day=day, now=now, kind=kind)
    plan.confirm_plan(plan=make_draft(recovery, by=by, now=now, kind=kind), by=by, now=now)
    return Recovery.objects.select_related("patient__clinic", "plan", "current_repair").get(pk=recovery.pk)


def assign(
    recovery: Recovery,
    *exercise_ids: str,
    by: User,
    now: datetime | None = None,
    days_ago: int = 0,
    times_per_day: int = 2,
) -> list[Assignment]:
    """Assign exercises of the library, by default one and two sets a day."""
    now = now or clock.now()
    library = protocols.load().exercises
    doses = [
        exercises.Dose(
            exercise_id=one,
            sets=1,
            reps=library[one].reps,
            hold_seconds=library[one].hold_s,
            times_per_day=times_per_day,
        )
        for one in exercise_ids or ("ex-finger-fist",)
    ]
    starts_on = clock.local_day(now, recovery.patient.time_zone) - timedelta(days=days_ago)
    return exercises.assign(recovery=recovery, doses=doses, starts_on=starts_on, by=by, now=now)


def add_medicine(
    recovery: Recovery,
    *at: time,
    by: User,
    now: datetime | None = None,
    kind: str = "medicine",
    label: str = "Blue tablet",
    every_days: int = 1,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Medicine:
    """Put something on the list, by default for 8 o'clock every day from today on."""
    now = now or clock.now()
    return medicines.add_medicine(
        recovery=recovery,
        kind=kind,
        label=label,
        every_days=every_days,
        times=at or (time(8),),
        starts_on=starts_on or clock.local_day(now, recovery.patient.time_zone),
        ends_on=ends_on,
        by=by,
        now=now,
    )


def ask(
    recovery: Recovery, text: str = "When may I drive?", *, by: User, now: datetime | None = None
) -> VisitQuestion:
    """Put a question on the patient's list."""
    return questions.add_question(recovery=recovery, text=text, by=by, now=now or clock.now())


def log(
    recovery: Recovery,
    *,
    by: User,
    pain: int = 3,
    days_ago: int = 0,
    now: datetime | None = None,
    **answers: object,
) -> DailyLog:
    """Log one day."""
    now = now or clock.now()
    day = clock.local_day(now, recovery.patient.time_zone) - timedelta(days=days_ago)
    entry = DayEntry(
        day=day, done_at=now, zone=recovery.patient.time_zone, answers={"pain_rest": pain, **answers}
    )
    return log_day(recovery_id=recovery.pk, entry=entry, save_id=uuid4(), by=by, now=now).log


def picture(size: tuple[int, int] = (64, 48), kind: str = "JPEG", **how: object) -> bytes:
    """Return a small picture as a file's content."""
    found = BytesIO()
    Image.new("RGB", size, "teal").save(found, kind, **how)
    return found.getvalue()


def add_photo(
    recovery: Recovery, *, by: User, now: datetime | None = None, days_ago: int = 0, sent: bytes | None = None
) -> Photo:
    """Add a photo of a day, by default of today."""
    now = now or clock.now()
    return photos.add_photo(
        recovery_id=recovery.pk,
        day=clock.local_day(now, recovery.patient.time_zone) - timedelta(days=days_ago),
        upload_id=uuid4(),
        sent=SimpleUploadedFile("wound.jpg", picture() if sent is None else sent),
        by=by,
        now=now,
    )


def fill_with_logs(recovery: Recovery, count: int, *, from_days_ago: int = 1) -> None:
    """Put ``count`` days of logs into the table at once, by default back from yesterday, to measure pages."""
    today = clock.local_day(clock.now(), recovery.patient.time_zone)
    at = clock.now()
    DailyLog.objects.bulk_create(
        DailyLog(
            recovery=recovery,
            day=today - timedelta(days=number),
            pain_rest=number % 8,
            answers={"pain_rest": number % 8},
            set_at={"pain_rest": at.isoformat()},
            logged_at=at,
            changed_at=at,
        )
        for number in range(from_days_ago, from_days_ago + count)
    )
