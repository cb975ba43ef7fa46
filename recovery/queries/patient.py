"""The patient's pages, one function a screen."""

from recovery.queries.patient_acts import ExercisePage, VisitPage, exercise, last_set, visit
from recovery.queries.patient_help import HelpPage, HelpResult, help_page, help_result, signs_of
from recovery.queries.patient_log import DayPage, day_page
from recovery.queries.patient_photos import PhotosPage, photos_page
from recovery.queries.patient_programme import ProgrammePage, programme
from recovery.queries.patient_saved import SavedPage, saved
from recovery.queries.patient_timeline import TimelinePage, timeline
from recovery.queries.patient_today import Today, recoveries_of, today

__all__ = [
    "DayPage",
    "ExercisePage",
    "HelpPage",
    "HelpResult",
    "PhotosPage",
    "ProgrammePage",
    "SavedPage",
    "TimelinePage",
    "Today",
    "VisitPage",
    "day_page",
    "exercise",
    "help_page",
    "help_result",
    "last_set",
    "photos_page",
    "programme",
    "recoveries_of",
    "saved",
    "signs_of",
    "timeline",
    "today",
    "visit",
]
