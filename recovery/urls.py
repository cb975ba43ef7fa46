"""Addresses of pages about recoveries."""

from datetime import date

from django.urls import path, register_converter

from recovery.views import (
    clinic_assign,
    clinic_follow_ups,
    clinic_medicines,
    clinic_patient,
    clinic_patients,
    clinic_plan,
    exercise,
    help,
    log,
    medicine,
    offline,
    patient,
    photo,
    progress,
    question,
    visit,
)


class DayConverter:
    """A local date in an address: ``2026-11-22``."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """Read the date. Raises ValueError, which is a 404, for a day no calendar has."""
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        """Write the date."""
        return value.isoformat()


register_converter(DayConverter, "day")

app_name = "recovery"
urlpatterns = [
    # The patient's own pages
    path("today/", patient.today, name="today"),
    path("log/", log.log, name="log"),
    path("log/<day:day>/", log.log, name="log_on"),
    path("log/<day:day>/saved/", log.saved, name="saved"),
    path("log/<day:day>/undo/", log.undo, name="log_undo"),
    path("log/<day:day>/photos/", photo.photos, name="photos"),
    path("photos/<uuid:photo_id>/", photo.photo, name="photo"),
    path("photos/<uuid:photo_id>/delete/", photo.photo_delete, name="photo_delete"),
    path("recovery/", patient.timeline, name="timeline"),
    path("recovery/charts/", progress.charts, name="charts"),
    path("recovery/x-rays/", progress.x_rays, name="x_rays"),
    path("recovery/sheet/", progress.sheet, name="sheet"),
    path("recovery/questions/", question.questions, name="questions"),
    path("recovery/questions/<uuid:question_id>/", question.question, name="question"),
    path("recovery/questions/<uuid:question_id>/asked/", question.question_asked, name="question_asked"),
    path("recovery/questions/<uuid:question_id>/remove/", question.question_remove, name="question_remove"),
    path(
        "recovery/questions/<uuid:question_id>/put-back/",
        question.question_put_back,
        name="question_put_back",
    ),
    path("exercises/", exercise.programme, name="programme"),
    path("exercises/<uuid:assignment_id>/", exercise.exercise, name="exercise"),
    path("exercises/<uuid:assignment_id>/count/", exercise.count, name="count"),
    path("exercises/<uuid:assignment_id>/sets/", exercise.set_done, name="set_done"),
    path("exercises/<uuid:assignment_id>/undo/", exercise.set_undo, name="set_undo"),
    path("exercises/<uuid:assignment_id>/hurt/", exercise.it_hurt, name="it_hurt"),
    path("visits/<uuid:visit_id>/", visit.visit, name="visit"),
    path("visits/<uuid:visit_id>/visit.ics", visit.visit_ics, name="visit_ics"),
    path("visits/<uuid:visit_id>/cannot-come/", visit.cannot_come, name="cannot_come"),
    path("medicines/", medicine.medicines, name="medicines"),
    path("medicines/new/", medicine.medicine_new, name="medicine_new"),
    path("medicines/<uuid:medicine_id>/", medicine.medicine, name="medicine"),
    path("medicines/<uuid:medicine_id>/stop/", medicine.medicine_stop, name="medicine_stop"),
    path("medicines/<uuid:medicine_id>/resume/", medicine.medicine_resume, name="medicine_resume"),
    path("help/", help.help_page, name="help"),
    path("offline/", offline.offline, name="offline"),
    path("offline/help/", offline.offline_help, name="offline_help"),
    path("offline/programme/", offline.programme, name="programme"),
    path("help/result/", help.help_result, name="help_result"),
    # The clinic's pages
    path("patients/", clinic_patients.patients, name="patients"),
    path("patients/new/", clinic_patients.new_patient, name="new_patient"),
    path("patients/<uuid:patient_id>/", clinic_patient.patient, name="patient"),
    path("patients/<uuid:patient_id>/sheet/", clinic_patient.sheet, name="clinic_sheet"),
    path("patients/<uuid:patient_id>/fracture/", clinic_patients.fracture, name="fracture"),
    path("patients/<uuid:patient_id>/repair/", clinic_patients.repair, name="repair"),
    path("patients/<uuid:patient_id>/details/", clinic_patients.details, name="details"),
    path("patients/<uuid:patient_id>/dates/", clinic_patients.dates, name="dates"),
    path("patients/<uuid:patient_id>/close/", clinic_patients.close, name="close"),
    path("patients/<uuid:patient_id>/reopen/", clinic_patients.reopen, name="reopen"),
    path("patients/<uuid:patient_id>/log/", clinic_patient.log_for, name="log_for"),
    path(
        "patients/<uuid:patient_id>/warnings/<uuid:alert_id>/acknowledge/",
        clinic_patient.alert_acknowledge,
        name="alert_acknowledge",
    ),
    path(
        "patients/<uuid:patient_id>/warnings/<uuid:alert_id>/close/",
        clinic_patient.alert_close,
        name="alert_close",
    ),
    path("patients/<uuid:patient_id>/plan/", clinic_plan.plan, name="plan"),
    path("patients/<uuid:patient_id>/plan/draft/", clinic_plan.plan_draft, name="plan_draft"),
    path("patients/<uuid:patient_id>/plan/confirm/", clinic_plan.plan_confirm, name="plan_confirm"),
    path("patients/<uuid:patient_id>/plan/discard/", clinic_plan.plan_discard, name="plan_discard"),
    path("patients/<uuid:patient_id>/plan/range/", clinic_plan.plan_range, name="plan_range"),
    path("patients/<uuid:patient_id>/plan/x-rays/", clinic_plan.plan_film, name="plan_film"),
    path(
        "patients/<uuid:patient_id>/plan/loads/<uuid:load_id>/release/",
        clinic_plan.load_release,
        name="load_release",
    ),
    path(
        "patients/<uuid:patient_id>/plan/phases/<slug:phase>/release/",
        clinic_plan.phase_release,
        name="phase_release",
    ),
    path("patients/<uuid:patient_id>/exercises/", clinic_assign.exercises, name="exercises"),
    path("patients/<uuid:patient_id>/exercises/assign/", clinic_assign.assign, name="assign"),
    path(
        "patients/<uuid:patient_id>/exercises/<uuid:assignment_id>/pause/",
        clinic_assign.exercise_pause,
        name="exercise_pause",
    ),
    path(
        "patients/<uuid:patient_id>/exercises/<uuid:assignment_id>/resume/",
        clinic_assign.exercise_resume,
        name="exercise_resume",
    ),
    path(
        "patients/<uuid:patient_id>/exercises/<uuid:assignment_id>/end/",
        clinic_assign.exercise_end,
        name="exercise_end",
    ),
    path("patients/<uuid:patient_id>/medicines/", clinic_medicines.medicines, name="clinic_medicines"),
    path(
        "patients/<uuid:patient_id>/medicines/new/", clinic_medicines.medicine_new, name="clinic_medicine_new"
    ),
    path(
        "patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/",
        clinic_medicines.medicine,
        name="clinic_medicine",
    ),
    path(
        "patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/stop/",
        clinic_medicines.medicine_stop,
        name="clinic_medicine_stop",
    ),
    path(
        "patients/<uuid:patient_id>/medicines/<uuid:medicine_id>/resume/",
        clinic_medicines.medicine_resume,
        name="clinic_medicine_resume",
    ),
    path("patients/<uuid:patient_id>/x-rays/new/", clinic_follow_ups.x_ray_new, name="x_ray_new"),
    path(
        "patients/<uuid:patient_id>/x-rays/<uuid:x_ray_id>/",
        clinic_follow_ups.x_ray_correct,
        name="x_ray_correct",
    ),
    path("patients/<uuid:patient_id>/visits/new/", clinic_follow_ups.visit_new, name="visit_new"),
    path(
        "patients/<uuid:patient_id>/visits/<uuid:visit_id>/move/",
        clinic_follow_ups.visit_move,
        name="visit_move",
    ),
    path(
        "patients/<uuid:patient_id>/visits/<uuid:visit_id>/cancel/",
        clinic_follow_ups.visit_cancel,
        name="visit_cancel",
    ),
    path(
        "patients/<uuid:patient_id>/visits/<uuid:visit_id>/finish/",
        clinic_follow_ups.visit_finish,
        name="visit_finish",
    ),
]
