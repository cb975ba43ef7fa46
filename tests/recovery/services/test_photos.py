"""Photos: drawn anew, bounded, and never a file without a row or a row without a file."""

import struct
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from PIL import Image

from accounts import clock
from accounts.models import AuditEvent, User
from recovery.domain.photos import LONGEST_SIDE, MOST_BYTES, MOST_PER_DAY
from recovery.models import Photo
from recovery.services import photos as service
from recovery.services.change import RecoveryClosed
from recovery.services.close import close_recovery
from recovery.services.photos import PhotoRefused
from tests.recoveries import add_photo, make_fracture, make_recovery, picture

pytestmark = pytest.mark.django_db
MARK = b"TRUSTMARK"
SCRIPT = b"<script>fetch('/TRUSTMARK')</script>"


@pytest.fixture
def recovery(pat_record, thea):
    return make_recovery(pat_record, by=thea)


@pytest.fixture
def files(settings):
    """Return a function that lists the files that are kept."""
    return lambda: [one for one in Path(settings.MEDIA_DIR).rglob("*") if one.is_file()]


def drawn(photo: Photo) -> Image.Image:
    return Image.open(photo.path)


def flood(width: int, height: int) -> bytes:
    """Return a PNG of few bytes that claims very many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def with_exif(orientation: int = 1) -> bytes:
    notes = Image.Exif()
    notes[0x0112], notes[0x010F] = orientation, "TRUSTMARK phone"
    place = notes.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    return picture((80, 40), exif=notes.tobytes())


def with_comment() -> bytes:
    return picture()[:-2] + b"\xff\xfe" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT + b"\xff\xd9"


def of_mode(mode: str, kind: str, *, size: tuple[int, int] = (20, 20), **how: object) -> bytes:
    found = BytesIO()
    Image.new(mode, size).save(found, kind, **how)
    return found.getvalue()


def moving() -> bytes:
    found = BytesIO()
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    frames[0].save(found, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    return found.getvalue()


REFUSED = {
    "nothing": b"",
    "zeros": b"\0" * 4096,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>",
    "page": b"<!doctype html><title>x</title>" + SCRIPT,
    "gif": b"GIF89a/*" + b"\0" * 10 + b"*/=1;" + SCRIPT,
    "real gif": picture(kind="GIF"),
    "tiff": picture(kind="TIFF"),
    "pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>",
    "cut short": picture((640, 480))[:900],
    "pixel flood": flood(30_000, 30_000),
    "more pixels than it holds": flood(3_000, 3_000),
    "a png of more pixels than fit in memory": of_mode("1", "PNG", size=(5_000, 4_000)),
    "too large": picture() + b"\0" * MOST_BYTES,
}
CLEANED = {
    "place and device": with_exif(),
    "script in a comment": with_comment(),
    "script after the end": picture(kind="PNG") + SCRIPT,
}
TAKEN = {
    "cmyk": of_mode("CMYK", "JPEG"),
    "16 bits of grey": of_mode("I;16", "PNG"),
    "see-through": of_mode("RGBA", "PNG"),
    "palette": of_mode("P", "PNG", transparency=0),
    "grey": of_mode("L", "WEBP"),
    "one bit": of_mode("1", "PNG"),
    "moving": moving(),
}


class TestWhatIsSent:
    @pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
    def test_is_refused_where_it_is_no_photo_and_leaves_nothing(self, recovery, pat, files, sent):
        with pytest.raises(PhotoRefused):
            add_photo(recovery, by=pat, sent=sent)

        assert not Photo.objects.exists()
        assert files() == []

    @pytest.mark.parametrize("sent", CLEANED.values(), ids=CLEANED)
    def test_loses_all_but_its_picture(self, recovery, pat, sent):
        photo = add_photo(recovery, by=pat, sent=sent)

        assert MARK not in photo.path.read_bytes()
        assert dict(drawn(photo).getexif()) == {}

    @pytest.mark.parametrize("sent", TAKEN.values(), ids=TAKEN)
    def test_is_taken_in_every_usual_kind(self, recovery, pat, sent):
        photo = add_photo(recovery, by=pat, sent=sent)

        assert (drawn(photo).format, drawn(photo).mode) == ("JPEG", "RGB")
        assert drawn(photo).size == (photo.width, photo.height)

    def test_is_turned_upright(self, recovery, pat):
        assert drawn(add_photo(recovery, by=pat, sent=with_exif(orientation=6))).size == (40, 80)

    def test_is_made_small(self, recovery, pat):
        assert max(drawn(add_photo(recovery, by=pat, sent=picture((2400, 1800)))).size) == LONGEST_SIDE

    def test_is_its_first_frame_where_it_moves(self, recovery, pat):
        red, _green, blue = drawn(add_photo(recovery, by=pat, sent=moving())).getpixel((5, 5))

        assert red > 200 > 50 > blue

    def test_has_a_name_that_says_nothing(self, recovery, pat, files):
        add_photo(recovery, by=pat)

        [file] = files()
        assert "wound" not in str(file)
        assert len(file.stem) == 48
        assert file.stat().st_mode & 0o077 == 0


class TestAdding:
    def test_twice_under_one_id_keeps_one(self, recovery, pat, files):
        day, upload_id = clock.local_day(clock.now(), recovery.patient.time_zone), uuid4()

        def send():
            return service.add_photo(
                recovery_id=recovery.pk, day=day, upload_id=upload_id, by=pat, now=clock.now(),
                sent=SimpleUploadedFile("a.jpg", picture()),
            )  # fmt: skip

        assert send() == send()
        assert Photo.objects.count() == len(files()) == 1

    def test_a_sixth_on_one_day_is_refused(self, recovery, pat, files):
        for _number in range(MOST_PER_DAY):
            add_photo(recovery, by=pat)

        with pytest.raises(PhotoRefused, match="5 photos already"):
            add_photo(recovery, by=pat)
        assert len(files()) == MOST_PER_DAY
        add_photo(recovery, by=pat, days_ago=1)

    def test_more_than_200_to_one_recovery_is_refused(self, recovery, pat):
        now = clock.now()
        day = clock.local_day(now, recovery.patient.time_zone) - timedelta(days=5)
        Photo.objects.bulk_create(
            Photo(upload_id=uuid4(), recovery=recovery, day=day, width=1, height=1, added_at=now)
            for _number in range(200)
        )

        with pytest.raises(PhotoRefused, match="200 photos already"):
            add_photo(recovery, by=pat)

    @pytest.mark.parametrize("days_ago", [-1, 4, 13])
    def test_to_a_day_that_the_pages_do_not_take_is_refused(self, recovery, pat, files, days_ago):
        with pytest.raises(PhotoRefused, match="today and the 3 days before"):
            add_photo(recovery, by=pat, days_ago=days_ago)
        assert files() == []

    def test_to_a_closed_recovery_is_refused_and_leaves_no_file(self, recovery, pat, thea, files):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        with pytest.raises(RecoveryClosed):
            add_photo(recovery, by=pat)
        assert files() == []

    def test_whose_row_cannot_be_written_leaves_no_file(self, recovery, files):
        with pytest.raises(ValueError, match="unsaved"):
            add_photo(recovery, by=User(name="Nobody"))
        assert files() == []

    def test_where_no_file_can_be_written_is_refused_in_plain_words(
        self, recovery, pat, settings, tmp_path, caplog
    ):
        settings.MEDIA_DIR = tmp_path / "full"
        settings.MEDIA_DIR.write_text("not a folder")

        with pytest.raises(PhotoRefused, match="cannot keep a photo just now"):
            add_photo(recovery, by=pat)
        assert not Photo.objects.exists()
        assert "NotADirectoryError" in caplog.text

    def test_while_too_many_others_are_drawn_is_refused_in_plain_words(self, recovery, pat, monkeypatch):
        monkeypatch.setattr(service, "WAIT_SECONDS", 0.01)

        with service._one_at_a_time, pytest.raises(PhotoRefused, match="cannot keep a photo just now"):
            add_photo(recovery, by=pat)
        add_photo(recovery, by=pat)

    def test_is_a_row_of_the_audit(self, recovery, pat):
        photo = add_photo(recovery, by=pat)

        assert AuditEvent.objects.get(action="photo.added").subject_id == photo.public_id


class TestDeleting:
    def test_removes_the_file_with_the_row(self, recovery, pat, files, django_capture_on_commit_callbacks):
        photo = add_photo(recovery, by=pat)

        for _press in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                service.delete_photo(photo=photo, by=pat, now=clock.now())

        assert not Photo.objects.exists()
        assert files() == []
        assert AuditEvent.objects.filter(action="photo.deleted").count() == 1

    def test_that_is_rolled_back_keeps_the_file(self, recovery, pat, django_capture_on_commit_callbacks):
        photo = add_photo(recovery, by=pat)

        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            service.delete_photo(photo=photo, by=pat, now=clock.now())
            transaction.set_rollback(True)

        assert Photo.objects.get().path.exists()

    def test_of_a_whole_recovery_removes_its_files(
        self, pat_record, pat, thea, files, django_capture_on_commit_callbacks
    ):
        recovery = make_fracture(pat_record, by=thea)
        add_photo(recovery, by=pat)
        add_photo(recovery, by=pat)

        with django_capture_on_commit_callbacks(execute=True):
            recovery.delete()

        assert files() == []
