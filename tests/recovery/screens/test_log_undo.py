"""The row of days on the log, and Undo on the page after a save."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts import clock
from recovery.models import DailyLog, LogRevision
from recovery.services.close import close_recovery
from tests.recoveries import ANKLE_CAST, log, make_recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def undo(pat_browser, today):
    """Return a function that presses Undo as the page after a save has it."""

    def press(*, save_id=None, day=None):
        save_id = save_id or LogRevision.objects.latest("pk").public_id
        return pat_browser.post(f"/log/{day or today}/undo/", {"save_id": str(save_id)})

    return press


class TestTheRowOfDays:
    def test_leads_to_today_and_three_days_before_with_what_is_logged(
        self, pat_browser, recovery, pat, today
    ):
        log(recovery, by=pat, days_ago=1)

        days = pat_browser.get("/log/").context["page"].days

        assert [(one.day, one.is_logged, one.is_chosen) for one in days] == [
            (today, False, True),
            (today - timedelta(days=1), True, False),
            (today - timedelta(days=2), False, False),
            (today - timedelta(days=3), False, False),
        ]

    def test_leaves_out_days_before_the_injury(self, pat_browser, pat_record, thea, today):
        make_recovery(pat_record, by=thea, day=1)

        days = pat_browser.get("/log/").context["page"].days

        assert [one.day for one in days] == [today, today - timedelta(days=1)]

    def test_says_in_words_what_is_logged(self, pat_browser, recovery, pat, text_of):
        log(recovery, by=pat)

        assert "Today Logged Yesterday Not logged" in text_of(pat_browser.get("/log/"))


class TestUndo:
    def test_is_offered_after_a_save_and_puts_the_day_back(self, save, pat_browser, undo, text_of):
        saved = save(note="Bad day.")
        page = pat_browser.get(saved.url)
        assert "Undo this save" in text_of(page)
        assert str(LogRevision.objects.get().public_id) in page.content.decode()

        answer = undo()

        words = text_of(pat_browser.get(answer.url))
        assert "Your last save is undone. Here is the day as it was before." in words
        assert "Today Not logged" in words
        assert not DailyLog.objects.exists()

    def test_pressed_twice_says_the_same(self, save, undo, pat_browser, text_of):
        save()

        first, second = undo(), undo()

        assert first.url == second.url
        assert "Your last save is undone." in text_of(pat_browser.get(second.url))

    def test_of_what_was_saved_again_since_says_why_not(self, save, undo, pat_browser, text_of):
        save(pain_rest="6")
        first = LogRevision.objects.get().public_id
        save(pain_rest="2")

        answer = undo(save_id=first)

        assert "This save cannot be undone any more." in text_of(pat_browser.get(answer.url))
        assert DailyLog.objects.get().pain_rest == 2

    def test_is_not_offered_for_what_staff_saved(self, recovery, thea, pat_browser, text_of, today):
        log(recovery, by=thea)

        assert "Undo this save" not in text_of(pat_browser.get(f"/log/{today}/saved/"))

    def test_is_not_offered_for_an_own_save_below_one_of_staff(
        self, recovery, pat, thea, pat_browser, text_of, today
    ):
        log(recovery, by=pat)
        log(recovery, by=thea)

        assert "Undo this save" not in text_of(pat_browser.get(f"/log/{today}/saved/"))

    def test_is_offered_again_for_the_save_below(self, save, undo, pat_browser, text_of, today):
        save(pain_rest="6")
        save(pain_rest="2")
        undo()

        page = pat_browser.get(f"/log/{today}/saved/")

        assert "pain 6 out of 10" in text_of(page)
        assert "Undo this save" in text_of(page)

    def test_is_offered_for_the_day_shown_and_for_no_other(self, recovery, pat, pat_browser, text_of, today):
        log(recovery, by=pat, days_ago=1)
        log(recovery, by=pat, days_ago=4)

        assert "Undo this save" in text_of(pat_browser.get(f"/log/{today - timedelta(days=1)}/saved/"))
        assert "Undo this save" not in text_of(pat_browser.get(f"/log/{today - timedelta(days=4)}/saved/"))

    def test_is_not_offered_once_the_recovery_is_closed(
        self, recovery, pat, thea, pat_browser, text_of, today
    ):
        log(recovery, by=pat)
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        assert "Undo this save" not in text_of(pat_browser.get(f"/log/{today}/saved/"))

    def test_sent_late_by_a_phone_the_undone_save_brings_nothing_back(self, save, undo, today):
        save_id = str(uuid4())
        save(save_id=save_id, cast=["tight"])
        undo()

        answer = save(save_id=save_id, cast=["tight"])

        assert answer.url == f"/log/{today}/"
        assert not DailyLog.objects.exists()

    def test_of_another_persons_save_is_404(self, save, browser_of, cast, thea, today, recovery):
        make_recovery(cast.otto_record, by=thea, kind=ANKLE_CAST)
        save()
        data = {"save_id": str(LogRevision.objects.get().public_id)}

        assert browser_of(cast.otto).post(f"/log/{today}/undo/", data).status_code == 404
        assert DailyLog.objects.exists()

    @pytest.mark.parametrize("save_id", ["", "x", "0b9c7f0e-0000-4000-8000-000000000000", "\0"])
    def test_of_what_is_no_save_is_404(self, pat_browser, recovery, today, save_id):
        assert pat_browser.post(f"/log/{today}/undo/", {"save_id": save_id}).status_code == 404

    def test_is_shown_to_staff_beside_the_save(self, save, undo, browser_of, cast, recovery, text_of):
        save(note="Bad day.")
        undo()
        page = f"/patients/{recovery.patient.public_id}/"

        words = text_of(browser_of(cast.thea).get(page))
        assert "Not logged: what was saved for this day was undone." in words
        assert "Undone" in words

        save(pain_rest="2")
        words = text_of(browser_of(cast.thea).get(page))
        assert "Pain at rest 2" in words
        assert "Saved 2 times: show each" in words
        assert words.count("Undone") == 1
