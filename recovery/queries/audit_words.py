"""What this package's audit rows mean to the patient whose record they are about: "Thea Berg …"."""

from django.utils.translation import gettext_lazy as _

from accounts.queries import add_words

WORDS = {
    "recovery.started": _("began your record"),
    "recovery.dates_corrected": _("put right the day of your break or operation"),
    "recovery.day_logged": _("wrote in your log"),
    "recovery.save_undone": _("took back a change of your log"),
    "photo.added": _("added a photo"),
    "photo.deleted": _("deleted a photo"),
    "recovery.closed": _("closed your recovery"),
    "recovery.reopened": _("opened your recovery again"),
    "repair.recorded": _("wrote down your treatment"),
    "plan.drafted": _("drafted a plan for you"),
    "plan.confirmed": _("confirmed your plan"),
    "plan.discarded": _("discarded a draft of your plan"),
    "plan.film_moved": _("moved an x-ray of your plan"),
    "plan.range_set": _("changed the usual time in your plan"),
    "load.released": _("changed what you may lift or put weight on"),
    "phase.released": _("began your next phase"),
    "exercises.assigned": _("gave you exercises"),
    "exercise.paused": _("paused an exercise"),
    "exercise.resumed": _("started an exercise again"),
    "exercise.ended": _("ended an exercise"),
    "set.done": _("wrote down a set of an exercise"),
    "set.undone": _("took back a set of an exercise"),
    "medicine.added": _("added a medicine or supplement"),
    "medicine.changed": _("changed a medicine or supplement"),
    "medicine.stopped": _("stopped a medicine or supplement"),
    "medicine.resumed": _("started a medicine or supplement again"),
    "visit.booked": _("booked a visit for you"),
    "visit.moved": _("moved a visit"),
    "visit.cancelled": _("cancelled a visit"),
    "visit.done": _("wrote down that you came to a visit"),
    "visit.missed": _("wrote down that a visit did not take place"),
    "visit.cannot_come": _("said that you cannot come to a visit"),
    "question.added": _("added a question for a visit"),
    "question.changed": _("changed a question for a visit"),
    "question.asked": _("marked a question as asked"),
    "question.reopened": _("put a question back on the list"),
    "question.removed": _("deleted a question"),
    "question.put_back": _("put a deleted question back"),
    "x_ray.recorded": _("wrote down an x-ray result"),
    "x_ray.corrected": _("corrected an x-ray result"),
    "warning.ticked": _("told us about a warning sign"),
    "warning.acknowledged": _("read your warning sign"),
    "warning.closed": _("closed your warning sign"),
}


def register() -> None:
    """Tell accounts these words."""
    add_words(WORDS)
