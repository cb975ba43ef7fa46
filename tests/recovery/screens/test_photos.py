"""The photos of a day, on the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent
from recovery.domain.photos import MOST_BYTES, MOST_PER_DAY
from recovery.models import Photo
from tests.recoveries import ANKLE_CAST, add_photo, log, make_recovery, picture

pytestmark = pytest.mark.django_db
NOTICE = "If your wound worries you, call. Do not wait for a reply to a photo."


@pytest.fixture
def send(pat_browser, recovery, today):
    """Return a function that sends a file as the form does."""

    def post(content=None, *, name="wound.jpg", day=None, **more):
        file = SimpleUploadedFile(name, picture() if content is None else content, content_type="image/jpeg")
        data = {"upload_id": str(uuid4()), "photo": file, **more}
        return pat_browser.post(f"/log/{day or today}/photos/", data)

    return post


class TestThePage:
    def test_says_before_an_upload_that_nobody_watches(self, pat_browser, recovery, today, text_of):
        words = text_of(pat_browser.get(f"/log/{today}/photos/"))

        assert words.index(NOTICE) < words.index("Choose or take a photo")

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery, today):
        stays_cheap(recovery, f"/log/{today - timedelta(days=1)}/photos/")

    def test_keeps_a_photo_and_shows_it_there_and_after_a_save(self, send, save, pat_browser, today, text_of):
        answer = send()
        save()

        photo = Photo.objects.get()
        for address in (answer.url, f"/log/{today}/saved/"):
            assert f'src="/photos/{photo.public_id}/"' in pat_browser.get(address).content.decode()
        assert "1 photo on this day" in text_of(pat_browser.get("/log/"))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"<svg></svg>", "We cannot read this file as a photo."),
            (b"", "This file is empty."),
            (picture() + b"\0" * MOST_BYTES, "This photo is larger than 8 MB."),
        ],
    )
    def test_says_plainly_what_is_wrong_with_a_file(self, send, text_of, content, words):
        answer = send(content)

        assert answer.status_code == 422
        assert words in text_of(answer)
        assert NOTICE in text_of(answer)

    def test_asks_for_a_photo_where_none_was_chosen(self, pat_browser, recovery, today, text_of):
        answer = pat_browser.post(f"/log/{today}/photos/", {"upload_id": str(uuid4()), "photo": ""})

        assert answer.status_code == 422
        assert "Choose a photo first." in text_of(answer)

    @pytest.mark.parametrize(
        "name",
        ["../../etc/passwd", "a\x00.jpg", "x.php.jpg", '"><img src=x onerror=alert(1)>.jpg', "{{7*7}}"],
    )
    def test_has_no_use_for_a_files_name(self, send, pat_browser, today, name):
        assert send(name=name).status_code in {302, 422}
        html = pat_browser.get(f"/log/{today}/photos/").content.decode()
        assert "onerror" not in html
        assert "passwd" not in html

    def test_counts_a_press_that_is_sent_twice_once(self, send):
        upload_id = str(uuid4())

        assert send(upload_id=upload_id).url == send(upload_id=upload_id).url
        assert Photo.objects.count() == 1

    def test_takes_no_more_than_a_day_can_hold(self, send, pat_browser, recovery, pat, today, text_of):
        for _number in range(MOST_PER_DAY):
            add_photo(recovery, by=pat)

        assert "This day has 5 photos already." in text_of(send())
        page = pat_browser.get(f"/log/{today}/photos/")
        assert "Delete one to add another." in text_of(page)
        assert 'type="file"' not in page.content.decode()

    def test_shows_an_older_day_and_takes_nothing_for_it(self, send, pat_browser, recovery, today, text_of):
        old = today - timedelta(days=5)

        assert "You can add photos for today and the 3 days before it." in text_of(
            pat_browser.get(f"/log/{old}/photos/")
        )
        assert send(day=old).status_code == 422

    @pytest.mark.parametrize("days_ahead", [1, -13])
    def test_of_a_day_that_cannot_be_is_404(self, send, pat_browser, recovery, today, days_ahead):
        day = today + timedelta(days=days_ahead)

        assert pat_browser.get(f"/log/{day}/photos/").status_code == 404
        assert send(day=day).status_code == 404

    def test_of_two_files_at_once_is_refused(self, pat_browser, recovery, today):
        files = [SimpleUploadedFile(f"{one}.jpg", picture()) for one in "ab"]

        answer = pat_browser.post(f"/log/{today}/photos/", {"upload_id": str(uuid4()), "photo": files})

        assert answer.status_code == 400
        assert not Photo.objects.exists()

    def test_reads_nothing_of_a_request_that_is_far_too_large(self, pat_browser, recovery, today):
        answer = pat_browser.post(
            f"/log/{today}/photos/",
            b"--x\r\n",
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(10 * 1024**3),
        )

        assert answer.status_code == 400


class TestThePicture:
    @pytest.fixture
    def photo(self, recovery, pat):
        return add_photo(recovery, by=pat)

    def test_is_handed_out_as_nothing_but_a_picture(self, pat_browser, photo):
        answer = pat_browser.get(f"/photos/{photo.public_id}/")

        assert answer.content == photo.path.read_bytes()
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Content-Disposition"] == 'inline; filename="photo.jpg"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store, private"
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert "sandbox" in policy
        assert "default-src 'none'" in policy

    def test_is_open_to_its_patient_and_their_carers_only(self, statuses, photo, cast, thea):
        make_recovery(cast.otto_record, by=thea, kind=ANKLE_CAST)

        assert statuses(f"/photos/{photo.public_id}/") == {
            "pat": 200,
            "thea": 200,
            "max": 200,
            "otto": 404,
            "olga": 404,
            "cleo": 404,
            "finn": 404,
            "visitor": 302,
        }

    def test_opened_by_staff_is_a_row_of_the_audit_and_by_its_patient_is_none(
        self, browser_of, pat_browser, photo, thea
    ):
        address = f"/photos/{photo.public_id}/"
        pat_browser.get(address)
        assert not AuditEvent.objects.filter(action=AuditEvent.RECORD_READ).exists()

        browser_of(thea).get(address)

        [row] = AuditEvent.objects.filter(action=AuditEvent.RECORD_READ)
        assert (row.actor_id, row.patient_id) == (thea.public_id, photo.recovery.patient.public_id)

    def test_whose_file_is_gone_is_404(self, pat_browser, photo):
        photo.path.unlink()

        assert pat_browser.get(f"/photos/{photo.public_id}/").status_code == 404

    def test_is_listed_for_staff_by_its_day(self, browser_of, photo, recovery, pat, thea, text_of):
        add_photo(recovery, by=pat)

        words = text_of(browser_of(thea).get(f"/patients/{recovery.patient.public_id}/"))

        assert "Photos by the patient" in words
        assert "Photo 1 Photo 2" in words


class TestDeleting:
    def test_asks_once_more_and_then_deletes(
        self, pat_browser, recovery, pat, today, text_of, django_capture_on_commit_callbacks
    ):
        photo = add_photo(recovery, by=pat)
        address = f"/photos/{photo.public_id}/delete/"
        asked = text_of(pat_browser.get(address))
        assert "Delete this photo?" in asked
        assert Photo.objects.exists()

        with django_capture_on_commit_callbacks(execute=True):
            answer = pat_browser.post(address)

        assert "The photo is deleted." in text_of(pat_browser.get(answer.url))
        assert not Photo.objects.exists()
        assert not photo.path.exists()
        assert pat_browser.post(address).status_code == 404

    def test_is_not_for_staff(self, browser_of, recovery, pat, thea):
        photo = add_photo(recovery, by=pat)

        assert browser_of(thea).post(f"/photos/{photo.public_id}/delete/").status_code == 404
        assert Photo.objects.exists()


def test_the_page_after_a_save_costs_the_same_with_photos(stays_cheap, recovery, pat, today):
    add_photo(recovery, by=pat, days_ago=1)
    log(recovery, by=pat)

    stays_cheap(recovery, f"/log/{today - timedelta(days=1)}/saved/")
