"""A question for the next visit, as the patient types it."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from recovery.domain.questions import TEXT_LENGTH
from recovery.forms.clinic import ClinicForm
from recovery.models import VisitQuestion


class QuestionForm(ClinicForm):
    """One question; ``row`` is what is changed."""

    question_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("Your question"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write your question.")},
    )

    def __init__(self, data: QueryDict | None, *, row: VisitQuestion | None = None, **more: Any) -> None:
        initial = {"text": row.text} if row else {"question_id": uuid4()}
        super().__init__(data, initial=initial, **more)
        if row is not None:
            del self.fields["question_id"]

    def save_id(self) -> UUID:
        """Return the id it is kept under, so that sending it twice makes one."""
        return self.cleaned_data["question_id"] or uuid4()

    def refuse(self, error: ValidationError) -> None:
        """Put a refusal beside its field; where the id was used already, the next press adds anew."""
        super().refuse(error)
        if getattr(error, "code", "") == "conflict":
            self.renew(question_id=uuid4())
