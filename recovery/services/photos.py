"""Add and delete photos: drawn anew, kept as files that only their page hands out."""

import logging
import subprocess  # nosec B404
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from os import O_CREAT, O_EXCL, O_WRONLY, fdopen, fsync
from os import open as open_file
from pathlib import Path
from threading import Semaphore
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.clock import local_day
from accounts.models import User
from accounts.services import audit
from recovery.domain import photos as rules
from recovery.domain.log import SCREEN_DAYS_BACK, day_problem
from recovery.models import Photo, Recovery
from recovery.services import reencode
from recovery.services.change import announce, lock

logger = logging.getLogger(__name__)
SECONDS = 20
WAIT_SECONDS = 10
_one_at_a_time = Semaphore(1)


class PhotoRefused(ValidationError):
    """The file is no photo, too large, or one too many."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of our own making."""

    width: int
    height: int
    jpeg: bytes


def add_photo(
    *, recovery_id: int, day: date, upload_id: UUID, sent: UploadedFile, by: User, now: datetime
) -> Photo:
    """Keep a photo of a day, drawn anew. The client made ``upload_id``: a repeat is answered as done.

    Raises PhotoRefused, RecoveryClosed.
    """
    known = Photo.objects.filter(recovery=recovery_id, upload_id=upload_id).first()
    if known is not None:
        return known
    row = Photo(upload_id=upload_id, recovery_id=recovery_id, day=day, added_by=by, added_at=now)
    picture = read_picture(sent)
    row.width, row.height = picture.width, picture.height
    with _kept(row.path, picture.jpeg) as file, transaction.atomic():
        recovery = lock(recovery_id)
        known = Photo.objects.filter(recovery=recovery, upload_id=upload_id).first()
        if known is not None:
            file.unlink(missing_ok=True)
            return known
        _check(recovery, day, now=now)
        row.save()
        audit.record("photo.added", by=by, now=now, patient=recovery.patient, subject_id=row.public_id)
        announce(recovery)
    return row


@transaction.atomic
def delete_photo(*, photo: Photo, by: User, now: datetime) -> None:
    """Delete a photo and, once that is certain, its file. A repeat does no harm."""
    recovery = Recovery.objects.select_related("patient").get(pk=photo.recovery_id)
    deleted, _by_model = Photo.objects.filter(pk=photo.pk).delete()
    if deleted:
        audit.record("photo.deleted", by=by, now=now, patient=recovery.patient, subject_id=photo.public_id)
        announce(recovery)


def read_picture(sent: UploadedFile) -> Picture:
    """Draw a picture anew in a process of its own, bounded in time and memory. Raises PhotoRefused."""
    if not sent.size:
        raise PhotoRefused(_("This file is empty. Choose another photo."), code="empty")
    if sent.size > rules.MOST_BYTES:
        raise PhotoRefused(_("This photo is larger than 8 MB. Choose a smaller one."), code="too_large")
    limits = (rules.MOST_PIXELS, rules.MOST_PIXELS_WHOLE, rules.LONGEST_SIDE)
    command = [sys.executable, "-I", reencode.__file__, *(str(one) for one in limits)]
    try:
        with _turn():
            done = subprocess.run(  # noqa: S603  # nosec B603: our own program, and numbers
                command, input=sent.read(), capture_output=True, timeout=SECONDS, check=True, env={}
            )
        size, _line, jpeg = done.stdout.partition(b"\n")
        width, height = (int(one) for one in size.split())
    except OSError as fault:
        raise _cannot(fault) from fault
    except (subprocess.SubprocessError, ValueError):
        words = _("We cannot read this file as a photo. Choose a JPEG, PNG or WebP picture.")
        raise PhotoRefused(words, code="not_a_photo") from None
    return Picture(width, height, jpeg)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for the one place to draw in, but not for long: who waits holds a thread that others need.

    Raises PhotoRefused.
    """
    if not _one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise _cannot(TimeoutError())
    try:
        yield
    finally:
        _one_at_a_time.release()


def _check(recovery: Recovery, day: date, *, now: datetime) -> None:
    """Refuse a day that the pages do not take, and one photo too many."""
    today = local_day(now, recovery.patient.time_zone)
    if day_problem(day, today=today, days_back=SCREEN_DAYS_BACK, not_before=recovery.injured_on):
        raise PhotoRefused(_("You can add photos for today and the 3 days before it."), code="day")
    photos = Photo.objects.filter(recovery=recovery)
    if photos.filter(day=day).count() >= rules.MOST_PER_DAY:
        words = _("This day has %(most)s photos already. Delete one to add another.")
        raise PhotoRefused(words % {"most": rules.MOST_PER_DAY}, code="too_many_of_a_day")
    if photos.count() >= rules.MOST_PER_RECOVERY:
        words = _("You have %(most)s photos already. Delete one to add another.")
        raise PhotoRefused(words % {"most": rules.MOST_PER_RECOVERY}, code="too_many")


@contextmanager
def _kept(path: Path, content: bytes) -> Iterator[Path]:
    """Write a file that stays if the block ends well. It is on the disk before its row can be."""
    try:
        _write(path, content)
        yield path
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with fdopen(open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            fsync(file.fileno())
    except OSError as fault:
        raise _cannot(fault) from fault


def _cannot(fault: OSError) -> PhotoRefused:
    """Say that the machine is at fault: its disk is full, say. The operator reads which in the log."""
    logger.error("A photo could not be kept: %s", type(fault).__name__)
    return PhotoRefused(_("We cannot keep a photo just now. Please try again later."), code="cannot_keep")
