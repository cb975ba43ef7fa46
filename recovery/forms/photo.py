"""A photo of a wound or a swelling."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

FORMATS = "image/jpeg,image/png,image/webp"
"""What a phone is asked for; it turns its own kind of file into one of these."""


class PhotoForm(forms.Form):
    """One photo. The id makes a second press of the button count once."""

    upload_id = forms.UUIDField(widget=forms.HiddenInput)
    photo = forms.FileField(
        label=_("Choose or take a photo"),
        max_length=None,
        allow_empty_file=True,  # the service says so in plainer words
        widget=forms.FileInput(attrs={"accept": FORMATS}),
        error_messages={
            "required": _("Choose a photo first."),
            "invalid": _("Choose a photo first."),
        },
    )

    def __init__(self, data: QueryDict | None = None, files: MultiValueDict | None = None) -> None:
        super().__init__(data, files, initial={"upload_id": uuid.uuid4()})

    def refuse(self, refusal: ValidationError) -> None:
        """Put a refusal beside the file."""
        self.add_error("photo", refusal)
