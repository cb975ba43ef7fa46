"""The fracture, its repair, the plan, and what happened day by day (``docs/architecture.md``)."""

from recovery.models.alert import Alert
from recovery.models.exercise import Assignment, SetDone
from recovery.models.follow_up import Visit, XRay
from recovery.models.log import DailyLog, LogRevision
from recovery.models.medicine import Medicine, MedicineHour
from recovery.models.photo import Photo
from recovery.models.plan import PlanFilm, PlanGate, PlanLoad, PlanPhase, PlanTherapy, PlanVersion
from recovery.models.question import VisitQuestion
from recovery.models.recovery import Recovery, Repair

__all__ = [
    "Alert",
    "Assignment",
    "DailyLog",
    "LogRevision",
    "Medicine",
    "MedicineHour",
    "Photo",
    "PlanFilm",
    "PlanGate",
    "PlanLoad",
    "PlanPhase",
    "PlanTherapy",
    "PlanVersion",
    "Recovery",
    "Repair",
    "SetDone",
    "Visit",
    "VisitQuestion",
    "XRay",
]
