"""Addresses of the API about recoveries, below ``/api/v1/``."""

from django.urls import path

from recovery.api import alerts, exercises, library, logs, medicines, plans, recoveries, visits, x_rays

urlpatterns = [
    path("recoveries/", recoveries.Recoveries.as_view(), name="api-recoveries"),
    path("recoveries/<uuid:recovery_id>/", recoveries.RecoveryDetail.as_view(), name="api-recovery"),
    path("recoveries/<uuid:recovery_id>/repairs/", recoveries.Repairs.as_view(), name="api-repairs"),
    path("recoveries/<uuid:recovery_id>/close/", recoveries.Close.as_view(), name="api-recovery-close"),
    path("recoveries/<uuid:recovery_id>/timeline/", plans.Timeline.as_view(), name="api-timeline"),
    path("recoveries/<uuid:recovery_id>/plan/", plans.Plan.as_view(), name="api-plan"),
    path("recoveries/<uuid:recovery_id>/plan/draft/", plans.Draft.as_view(), name="api-plan-draft"),
    path("recoveries/<uuid:recovery_id>/plan/confirm/", plans.Confirm.as_view(), name="api-plan-confirm"),
    path("recoveries/<uuid:recovery_id>/plan/release/", plans.Release.as_view(), name="api-plan-release"),
    path("logs/", logs.Logs.as_view(), name="api-logs"),
    path("logs/<uuid:log_id>/", logs.Log.as_view(), name="api-log"),
    path("exercises/", exercises.Exercises.as_view(), name="api-exercises"),
    path("exercises/<uuid:exercise_id>/", exercises.Exercise.as_view(), name="api-exercise"),
    path("exercises/<uuid:exercise_id>/pause/", exercises.Pause.as_view(), name="api-exercise-pause"),
    path("exercises/<uuid:exercise_id>/resume/", exercises.Resume.as_view(), name="api-exercise-resume"),
    path("exercises/<uuid:exercise_id>/end/", exercises.End.as_view(), name="api-exercise-end"),
    path("sets/", exercises.Sets.as_view(), name="api-sets"),
    path("sets/<uuid:set_id>/", exercises.Set.as_view(), name="api-set"),
    path("medicines/", medicines.Medicines.as_view(), name="api-medicines"),
    path("medicines/<uuid:medicine_id>/", medicines.MedicineDetail.as_view(), name="api-medicine"),
    path("medicines/<uuid:medicine_id>/stop/", medicines.StopMedicine.as_view(), name="api-medicine-stop"),
    path(
        "medicines/<uuid:medicine_id>/resume/", medicines.ResumeMedicine.as_view(), name="api-medicine-resume"
    ),
    path("visits/", visits.Visits.as_view(), name="api-visits"),
    path("visits/<uuid:visit_id>/", visits.VisitDetail.as_view(), name="api-visit"),
    path("visits/<uuid:visit_id>/cancel/", visits.Cancel.as_view(), name="api-visit-cancel"),
    path("visits/<uuid:visit_id>/finish/", visits.Finish.as_view(), name="api-visit-finish"),
    path("visits/<uuid:visit_id>/cannot-come/", visits.CannotCome.as_view(), name="api-visit-cannot-come"),
    path("x-rays/", x_rays.XRays.as_view(), name="api-x-rays"),
    path("x-rays/<uuid:x_ray_id>/", x_rays.XRayDetail.as_view(), name="api-x-ray"),
    path("alerts/", alerts.Alerts.as_view(), name="api-alerts"),
    path("alerts/<uuid:alert_id>/", alerts.AlertDetail.as_view(), name="api-alert"),
    path("alerts/<uuid:alert_id>/acknowledge/", alerts.Acknowledge.as_view(), name="api-alert-acknowledge"),
    path("alerts/<uuid:alert_id>/close/", alerts.CloseAlert.as_view(), name="api-alert-close"),
    path("protocols/", library.Protocols.as_view(), name="api-protocols"),
    path("protocols/<str:protocol_id>/", library.ProtocolDetail.as_view(), name="api-protocol"),
    path("library/", library.Library.as_view(), name="api-library"),
    path("library/<str:move_id>/", library.LibraryDetail.as_view(), name="api-move"),
]
