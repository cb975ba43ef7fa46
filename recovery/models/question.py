"""What a patient wants to ask at the next visit, in their own words."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recovery.domain.questions import TEXT_LENGTH
from recovery.models.recovery import Recovery
from recovery.querysets import VisitQuestionQuerySet


class VisitQuestion(models.Model):
    """One question. A deleted one can be put back until the next is deleted; then its words are gone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(max_length=TEXT_LENGTH, blank=True, help_text=_("As the patient wrote it."))
    added_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = VisitQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | Q(removed_at__isnull=False), name="question_has_words_until_deleted"
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.public_id}"
