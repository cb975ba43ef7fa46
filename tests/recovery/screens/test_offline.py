"""What the server gives a phone for the time without a network."""

from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client

from accounts import clock
from accounts.queries import phone_key
from recovery import protocols
from recovery.domain import red_flags
from recovery.queries.patient_words import Phones
from tests.recoveries import ANKLE_CAST, assign, log, make_recovery

pytestmark = pytest.mark.django_db
PROGRAMME = "/offline/programme/"


class TestProgramme:
    def test_holds_todays_exercises_and_whom_to_call(self, pat_browser, recovery, thea, today):
        move = assign(recovery, "ex-finger-fist", by=thea)[0]

        found = pat_browser.get(PROGRAMME).json()

        assert found["day"] == today.isoformat()
        assert found["exercises"] == [
            {
                "id": str(move.public_id),
                "recovery": str(recovery.public_id),
                "name": "Make a fist",
                "planned": move.sets_per_day,
                "done": 0,
            }
        ]
        assert found["clinic"] == recovery.patient.clinic.phone
        assert found["emergency"] == "112"

    def test_names_nobody_and_no_bone(self, pat_browser, recovery, pat, thea):
        assign(recovery, by=thea)
        log(recovery, by=pat)

        found = pat_browser.get(PROGRAMME).content.decode()

        for word in (pat.name, pat.email, thea.name, "wrist", recovery.patient.clinic.name):
            assert word.lower() not in found.lower()

    def test_tells_two_broken_bones_apart(self, pat_browser, recovery, pat_record, thea):
        make_recovery(pat_record, by=thea, kind=ANKLE_CAST)

        names = {one["name"] for one in pat_browser.get(PROGRAMME).json()["recoveries"]}

        assert names == {"Broken wrist, left", "Broken ankle, right"}

    def test_is_kept_by_no_cache_and_comes_with_a_token_to_send_with(self, pat_browser, recovery):
        answer = pat_browser.get(PROGRAMME)

        assert answer["Cache-Control"] == "no-store, private"
        assert len(answer.json()["token"]) == 64

    @pytest.mark.parametrize(("comes_with_it", "status"), [(True, 201), (False, 403)])
    def test_gives_the_token_without_which_nothing_is_taken(
        self, recovery, pat, today, comes_with_it, status
    ):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(pat, backend="django.contrib.auth.backends.ModelBackend")
        token = browser.get(PROGRAMME).json()["token"]
        entry = {
            "id": str(uuid4()),
            "recovery": str(recovery.public_id),
            "day": today.isoformat(),
            "done_at": clock.now().isoformat(),
            "pain_rest": 3,
        }

        headers = {"X-CSRFToken": token} if comes_with_it else {}
        answer = browser.post("/api/v1/logs/", entry, content_type="application/json", headers=headers)

        assert answer.status_code == status

    def test_names_its_owner_as_the_pages_do_and_each_person_differently(self, pat_browser, recovery, cast):
        key = pat_browser.get(PROGRAMME).json()["who"]

        assert key == phone_key(cast.pat) != phone_key(cast.otto)
        assert f'data-key="{key}"' in pat_browser.get("/today/").content.decode()
        assert str(cast.pat.public_id) not in key

    def test_asks_a_visitor_to_sign_in(self, client):
        assert client.get(PROGRAMME).status_code == 401

    def test_is_a_patients(self, statuses, recovery):
        found = statuses(PROGRAMME)

        assert {who for who, status in found.items() if status == 200} == {"pat", "otto"}

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery):
        stays_cheap(recovery, PROGRAMME)


class TestHelpWithoutANetwork:
    def test_holds_every_sign_with_its_fixed_text_the_most_urgent_first(self, client):
        html = unescape(client.get("/offline/help/").content.decode())
        content, phones = protocols.load(), Phones("112")

        for flag in content.red_flags.values():
            assert flag.ask in html
            assert phones.fill(flag.do_now) in html
        first, *_rest, last = red_flags.by_urgency(content.red_flags.values())
        assert html.index(first.ask) < html.index(last.ask)
        assert html.index("Get help now") < html.index("Call today") < html.index("Tell us at your")


class TestTheOfferToInstall:
    OFFER = 'id="install" hidden'

    def test_comes_after_the_third_log_until_it_is_declined(self, pat_browser, recovery, save, today):
        pages = []
        for back in (2, 1, 0):
            day = today - timedelta(days=back)
            save(day=day)
            pages.append(pat_browser.get(f"/log/{day}/saved/").content.decode())
        pat_browser.cookies["install"] = "no"
        declined = pat_browser.get(f"/log/{today}/saved/").content.decode()

        assert [self.OFFER in one for one in pages] == [False, False, True]
        assert self.OFFER not in declined
        assert "install.js" not in declined
