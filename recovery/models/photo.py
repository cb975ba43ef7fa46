"""Photos of a wound or a swelling. The row is in the database, the picture a file below ``MEDIA_DIR``."""

import uuid
from functools import partial
from pathlib import Path
from secrets import token_hex

from django.conf import settings
from django.db import models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.models import User
from recovery.models.recovery import Recovery
from recovery.querysets import PhotoQuerySet

FOLDER = "photos"


def new_name() -> str:
    """Return a name that nobody can guess and that says nothing."""
    return f"{token_hex(24)}.jpg"


class Photo(models.Model):
    """One picture of one day, encoded anew. The client chooses ``upload_id``: a repeat is one photo."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    upload_id = models.UUIDField(editable=False)
    recovery = models.ForeignKey(Recovery, on_delete=models.CASCADE, related_name="photos")
    day = models.DateField(help_text="The patient's local date.")
    file_name = models.CharField(max_length=64, unique=True, default=new_name, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField()

    objects = PhotoQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("recovery", "upload_id", name="a_photo_is_added_once")]
        indexes = [models.Index("recovery", "day", name="photos_of_a_day")]

    def __str__(self) -> str:
        return f"photo {self.public_id}"

    @property
    def path(self) -> Path:
        """Return where the picture is kept: outside of everything that is served as a file."""
        return Path(settings.MEDIA_DIR) / FOLDER / self.file_name[:2] / self.file_name


@receiver(post_delete, sender=Photo)
def _remove_file(*, instance: Photo, **_more: object) -> None:
    """Remove the picture with its row, however the row goes; not before that is certain."""
    transaction.on_commit(partial(instance.path.unlink, missing_ok=True), robust=True)
