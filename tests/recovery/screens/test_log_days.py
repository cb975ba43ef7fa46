from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from accounts import clock
from recovery.models import DailyLog
from tests.recoveries import assign, log

pytestmark = pytest.mark.django_db


class TestADayThatCannotBe:
    @pytest.mark.parametrize(
        ("days_ahead", "words"),
        [
            (1, "This day has not begun yet. You can save your answers for today instead."),
            (-4, "You can log up to 3 days back. Your answers are not saved, but they are still here."),
            (-13, "This day is before your injury. Your answers are not saved, but they are still here."),
        ],
    )
    def test_is_named_and_keeps_what_was_typed(self, save, recovery, thea, today, text_of, days_ahead, words):
        [one] = assign(recovery, by=thea, days_ago=12)
        sent = {"pain_move": "5", "swelling": "a lot", "check": "wrong", "temperature": "37,9"}
        lists = {"cast": ["tight"], "exercises_done": [str(one.public_id)]}

        answer = save(day=today + timedelta(days=days_ahead), note="Slept badly.", **sent, **lists)
        form = answer.context["form"]

        assert answer.status_code == 422
        assert text_of(answer).count(words) == 1
        assert "Slept badly." in text_of(answer)
        assert list(form.errors) == ["__all__"]
        assert {name: form[name].value() for name in {**sent, **lists}} == {**sent, **lists}
        assert not DailyLog.objects.exists()

    @pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "9999-12-31"])
    def test_is_no_page_but_keeps_the_note_however_far_it_is(self, pat_browser, save, recovery, day, text_of):
        answer = save(day=day, note="Slept badly.", pain_rest="")

        assert answer.status_code == 422
        assert "Slept badly." in text_of(answer)
        assert "Choose a number for your pain, from 0 to 10." in text_of(answer)
        assert pat_browser.get(f"/log/{day}/").status_code == 404

    def test_long_ago_is_a_page_that_says_so(self, pat_browser, recovery, today, text_of):
        answer = pat_browser.get(f"/log/{today - timedelta(days=4)}/")

        assert answer.status_code == 200
        assert "You can log today and the 3 days before it." in text_of(answer)

    def test_in_the_past_leads_to_todays_log(self, save, recovery, today):
        html = save(day=today - timedelta(days=4)).content.decode()

        assert '<a class="btn wide" href="/log/">Log today</a>' in html
        assert "Save this day" not in html

    def test_still_answers_a_press_that_was_saved_in_time(self, save, recovery, today, shift_clock):
        save_id, day = str(uuid4()), today - timedelta(days=3)
        first = save(save_id=save_id, day=day)
        shift_clock(timedelta(days=1))

        assert save(save_id=save_id, day=day).url == first.url == f"/log/{day}/saved/"
        assert save(day=day).status_code == 422

    def test_after_a_change_of_zone_is_saved_for_today_by_one_more_press(
        self, save, pat_browser, recovery, pat, shift_clock, text_of
    ):
        shift_clock(until_half_past_midnight())
        log(recovery, by=pat, days_ago=1, swelling="a lot")
        log(recovery, by=pat, days_ago=7, fall=False)
        day = pat_browser.get("/log/").context["page"].day
        pat_browser.post("/me/time-zone/", {"time_zone": "America/New_York"})

        refused = save(day=day, note="Slept badly.", fall="yes", filled="swelling note")
        form, action = refused.context["form"], f"/log/{day - timedelta(days=1)}/"
        again = {name: form[name].value() for name in ("save_id", "filled", "pain_rest", "note", "fall")}

        assert f'action="{action}"' in refused.content.decode()
        assert "You logged this day. Save again to change it." in text_of(refused)
        assert pat_browser.post(action, again).status_code == 302
        answers = {"pain_rest": 3, "swelling": "a lot", "note": "Slept badly.", "fall": True}
        assert DailyLog.objects.get(day=day - timedelta(days=1)).answers == answers


def until_half_past_midnight() -> timedelta:
    """Return how long it is until the clock next says half past midnight in Madrid."""
    here = clock.now().astimezone(ZoneInfo("Europe/Madrid"))
    night = datetime.combine(here.date() + timedelta(days=1), time(0, 30), tzinfo=here.tzinfo)
    return night.astimezone(UTC) - here.astimezone(UTC)
