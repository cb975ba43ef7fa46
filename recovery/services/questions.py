"""The patient's own questions for the next visit: they add, change, tick and delete them; staff only read."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import audit
from recovery.domain.log import can_be_stored
from recovery.domain.questions import MOST_OPEN, TEXT_LENGTH
from recovery.models import Recovery, VisitQuestion
from recovery.services.change import SavedDiffers, lock

UNDO_WITHIN = timedelta(minutes=15)
"""How long a deleted question can be put back."""


class QuestionDoesNotFit(ValidationError):
    """Empty, too long, or no text that can be kept."""

    def __init__(self) -> None:
        words = _("Write a question of up to %(most)s letters.") % {"most": TEXT_LENGTH}
        super().__init__({"text": ValidationError(words, code="question_out_of_bounds")})


class TooManyQuestions(ValidationError):
    """More than anybody can ask in one visit."""

    def __init__(self) -> None:
        words = _("Your list is full: it holds %(most)s questions. Delete one first.") % {"most": MOST_OPEN}
        super().__init__(words, code="too_many_questions")


class QuestionGone(ValidationError):
    """It was deleted, and cannot be put back or changed any more."""

    def __init__(self) -> None:
        super().__init__(_("This question was deleted."), code="question_gone")


@transaction.atomic
def add_question(
    *, recovery: Recovery, text: str, by: User, now: datetime, question_id: UUID | None = None
) -> VisitQuestion:
    """Put a question on the list.

    A repeat with the same ``question_id`` is answered as done, other words under it are refused. Reminders
    hang on no question, so nothing is announced. Raises QuestionDoesNotFit, TooManyQuestions, SavedDiffers,
    RecoveryClosed.
    """
    recovery, text = lock(recovery.pk), _plain(text)
    question_id = question_id or uuid4()
    if known := VisitQuestion.objects.filter(recovery=recovery, public_id=question_id).first():
        if known.text not in (text, ""):
            raise SavedDiffers
        return known
    _check_room(recovery)
    try:
        with transaction.atomic():
            row = VisitQuestion.objects.create(
                public_id=question_id, recovery=recovery, text=text, added_at=now
            )
    except IntegrityError as clash:
        raise SavedDiffers from clash
    return _done("question.added", row, recovery, by=by, now=now)


@transaction.atomic
def change_question(*, question: VisitQuestion, text: str, by: User, now: datetime) -> VisitQuestion:
    """Change the words of a question. Raises QuestionDoesNotFit, QuestionGone, RecoveryClosed."""
    recovery, row = _locked(question)
    if row.removed_at is not None:
        raise QuestionGone
    row.text = _plain(text)
    row.save(update_fields=["text"])
    return _done("question.changed", row, recovery, by=by, now=now)


@transaction.atomic
def mark_asked(*, question: VisitQuestion, is_asked: bool, by: User, now: datetime) -> VisitQuestion:
    """Tick a question as asked, or take the tick back. Again changes nothing.

    Raises QuestionGone, TooManyQuestions, RecoveryClosed.
    """
    recovery, row = _locked(question)
    if row.removed_at is not None:
        raise QuestionGone
    if (row.asked_at is not None) == is_asked:
        return row
    if not is_asked:
        _check_room(recovery)
    row.asked_at = now if is_asked else None
    row.save(update_fields=["asked_at"])
    return _done("question.asked" if is_asked else "question.reopened", row, recovery, by=by, now=now)


@transaction.atomic
def remove_question(*, question: VisitQuestion, by: User, now: datetime) -> VisitQuestion:
    """Delete a question; for a while it can be put back. The words of those deleted before it are wiped.

    Again changes nothing. Raises RecoveryClosed.
    """
    recovery, row = _locked(question)
    if row.removed_at is not None:
        return row
    VisitQuestion.objects.filter(recovery=recovery, removed_at__isnull=False).update(text="")
    row.removed_at = now
    row.save(update_fields=["removed_at"])
    return _done("question.removed", row, recovery, by=by, now=now)


@transaction.atomic
def put_back_question(*, question: VisitQuestion, by: User, now: datetime) -> VisitQuestion:
    """Put back a question that was just deleted. Again changes nothing.

    Raises QuestionGone, TooManyQuestions, RecoveryClosed.
    """
    recovery, row = _locked(question)
    if row.removed_at is None:
        return row
    if not row.text or now - row.removed_at > UNDO_WITHIN:
        raise QuestionGone
    if row.asked_at is None:
        _check_room(recovery)
    row.removed_at = None
    row.save(update_fields=["removed_at"])
    return _done("question.put_back", row, recovery, by=by, now=now)


def _locked(question: VisitQuestion) -> tuple[Recovery, VisitQuestion]:
    return lock(question.recovery_id), VisitQuestion.objects.get(pk=question.pk)


def _done(action: str, row: VisitQuestion, recovery: Recovery, *, by: User, now: datetime) -> VisitQuestion:
    audit.record(action, by=by, now=now, patient=recovery.patient, subject_id=row.public_id)
    return row


def _plain(text: str) -> str:
    """Return the words on one line. Raises QuestionDoesNotFit."""
    words = " ".join(text.split())
    if not 1 <= len(words) <= TEXT_LENGTH or not can_be_stored(words):
        raise QuestionDoesNotFit
    return words


def _check_room(recovery: Recovery) -> None:
    if VisitQuestion.objects.filter(recovery=recovery).still_open().count() >= MOST_OPEN:
        raise TooManyQuestions
