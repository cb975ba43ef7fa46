"""The photos of a day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from recovery.domain import log as rules
from recovery.domain import photos
from recovery.models import Photo, Recovery
from recovery.queries import patient_place, patient_words
from recovery.queries.patient_words import Phones


@dataclass(frozen=True, slots=True)
class PhotoLine:
    """One photo, numbered within its day."""

    id: UUID
    number: int
    day: date
    width: int
    height: int
    added_at: datetime


@dataclass(frozen=True, slots=True)
class PhotosPage:
    """A day's photos. ``notice`` is the fixed text that stands before an upload."""

    recovery: Recovery
    bone: str
    day: date
    today: date
    photos: tuple[PhotoLine, ...]
    notice: str
    prompt: str
    is_open: bool
    phones: Phones

    @property
    def has_room(self) -> bool:
        """Say whether the day takes another photo."""
        return len(self.photos) < photos.MOST_PER_DAY

    @property
    def is_today(self) -> bool:
        """Say whether the day is today."""
        return self.day == self.today


def photos_page(recovery: Recovery, *, day: date, today: date) -> PhotosPage:
    """Return a day's photos and how to add one; both dates are the patient's own (1 query)."""
    content = patient_place.content_of(recovery)
    asked = {one.name: one for one in content.log_fields}
    earliest = max(today - timedelta(days=rules.SCREEN_DAYS_BACK), recovery.injured_on)
    return PhotosPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        day=day,
        today=today,
        photos=photos_of(recovery, day),
        notice=_(content.notices["n-photo"].text),
        prompt=_(asked["photo"].prompt),
        is_open=not recovery.is_closed and earliest <= day <= today,
        phones=patient_words.phones_of(recovery.patient.clinic),
    )


def photos_of(recovery: Recovery, day: date) -> tuple[PhotoLine, ...]:
    """Return the photos of a day, the first taken first (1 query)."""
    rows = Photo.objects.filter(recovery=recovery, day=day).order_by("pk")[: photos.MOST_PER_DAY]
    return _lines(list(rows))


def latest_photos(recovery_id: int) -> tuple[PhotoLine, ...]:
    """Return the photos of the newest days for staff, the newest day first (1 query)."""
    newest = list(Photo.objects.filter(recovery=recovery_id).order_by("-day", "-pk")[: photos.MOST_LISTED])
    lines = _lines(newest[::-1])
    return tuple(sorted(lines, key=lambda one: one.day, reverse=True))


def _lines(rows: list[Photo]) -> tuple[PhotoLine, ...]:
    found: list[PhotoLine] = []
    for row in rows:
        number = found[-1].number + 1 if found and found[-1].day == row.day else 1
        found.append(PhotoLine(row.public_id, number, row.day, row.width, row.height, row.added_at))
    return tuple(found)
