import pytest

from accounts import clock
from recovery import protocols
from recovery.models import Alert
from recovery.queries.patient_words import Phones
from recovery.services.close import close_recovery
from tests.recoveries import KYPHOPLASTY, make_recovery

pytestmark = pytest.mark.django_db
HELP = "/help/"


class TestWhoSeesHelp:
    def test_everybody_does(self, statuses, recovery):
        assert set(statuses(HELP).values()) == {200}

    def test_costs_the_same_with_ten_and_a_thousand_logs(self, stays_cheap, recovery):
        stays_cheap(recovery, HELP)


class TestList:
    def test_signed_out_holds_every_warning_sign_the_most_urgent_first(self, client, text_of):
        answer = client.get(HELP)
        html = answer.content.decode()

        assert all(f'value="{one}"' in html for one in protocols.load().red_flags)
        assert html.index('value="rf-pe"') < html.index('value="rf-dvt"') < html.index('value="rf-stiff"')
        assert text_of(answer).index("Call emergency 112") < text_of(answer).index("Tick all that fit.")

    def test_signed_in_holds_what_fits_first_and_the_rest_in_a_fold(self, pat_browser, recovery):
        shown, _fold, rest = pat_browser.get(HELP).content.decode().partition("<details")

        assert 'value="rf-cast-tight"' in shown
        assert 'value="rf-cauda-equina"' in rest
        assert 'value="rf-cauda-equina"' not in shown
        assert all(f'value="{one}"' in shown + rest for one in protocols.load().red_flags)

    def test_of_the_spine_differs(self, pat_browser, pat_record, thea):
        make_recovery(pat_record, by=thea, kind=KYPHOPLASTY)

        shown = pat_browser.get(HELP).content.decode().partition("<details")[0]

        assert 'value="rf-cauda-equina.2"' in shown
        assert 'value="rf-cast-tight"' not in shown

    def test_shows_the_clinics_numbers(self, pat_browser, recovery, text_of):
        clinic = recovery.patient.clinic
        clinic.out_of_hours_phone = "0000 111"
        clinic.save()

        assert "Riverside clinic: 0000 000 000" in text_of(pat_browser.get(HELP))
        assert "When the clinic is closed: 0000 111" in text_of(pat_browser.get(HELP))

    def test_says_that_nobody_watches_and_never_that_something_is_normal(self, client, text_of):
        assert "Nobody watches this app in real time." in text_of(client.get(HELP))
        assert "normal" not in text_of(client.get(HELP)).lower()


class TestTick:
    def test_signed_out_is_answered_and_raises_nothing(self, client, recovery, text_of):
        answer = client.post(HELP, {"sign": ["rf-stiff", "rf-dvt"]})
        words = text_of(answer)

        assert "Call today" in words
        assert "Do not rub it." in words
        assert "This was not sent to anyone" in words
        assert not Alert.objects.exists()
        assert "sessionid" not in answer.cookies

    def test_of_a_patient_reaches_the_care_teams_list_once(self, pat_browser, recovery, today, text_of):
        for _press in range(2):
            answer = pat_browser.post(HELP, {"sign": ["rf-dvt", "rf-bleeding.2"]})

        words = text_of(pat_browser.get(answer.url))

        assert answer.url == "/help/result/"
        assert words.index("Get help now") < words.index("I have black or bloody poo")
        assert words.index("I have black or bloody poo") < words.index("My calf or thigh")
        assert "My wound still bleeds" not in words
        assert "This is on your care team’s list" in words
        assert "Do not wait for an answer in this app." in words
        rows = Alert.objects.order_by("flag_id").values_list("recovery", "flag_id", "source", "day")
        assert list(rows) == [
            (recovery.pk, "rf-bleeding", "help", today),
            (recovery.pk, "rf-dvt", "help", today),
        ]

    def test_keeps_every_word_about_health_out_of_the_address(self, pat_browser, recovery):
        assert "rf-" not in pat_browser.post(HELP, {"sign": "rf-dvt"}).url

    def test_of_staff_raises_nothing(self, browser_of, thea, recovery, text_of):
        browser = browser_of(thea)

        answer = browser.post(HELP, {"sign": "rf-dvt"})

        assert "This was not sent to anyone" in text_of(browser.get(answer.url))
        assert not Alert.objects.exists()

    def test_after_closing_is_still_answered(self, pat_browser, recovery, thea, text_of):
        close_recovery(recovery=recovery, reason="healed", by=thea, now=clock.now())

        answer = pat_browser.post(HELP, {"sign": "rf-dvt"})

        assert "This was not sent to anyone" in text_of(pat_browser.get(answer.url))

    def test_goes_to_the_broken_bone_it_is_about(self, pat_browser, recovery, thea):
        spine = make_recovery(recovery.patient, by=thea, kind=KYPHOPLASTY)

        pat_browser.post(HELP, {"sign": "rf-dvt", "recovery": str(spine.public_id)})

        assert [one.recovery for one in Alert.objects.all()] == [spine]

    def test_goes_to_all_of_them_where_none_was_chosen(self, pat_browser, recovery, thea):
        make_recovery(recovery.patient, by=thea, kind=KYPHOPLASTY)

        pat_browser.post(HELP, {"sign": "rf-dvt"})

        assert Alert.objects.count() == 2

    @pytest.mark.parametrize("data", [{}, {"sign": "rf-none"}, {"sign": "rf-dvt", "recovery": "x"}])
    def test_that_makes_no_sense_is_asked_again(self, pat_browser, recovery, data):
        answer = pat_browser.post(HELP, data)

        assert answer.status_code == 200
        assert not Alert.objects.exists()

    def test_never_says_that_something_is_normal(self, client, text_of):
        for flag in protocols.load().red_flags.values():
            assert "usually normal" not in text_of(client.post(HELP, {"sign": flag.id})).lower()


class TestTheCrisisLine:
    def test_is_a_call_button_only_beside_the_sign_that_names_it(self, pat_browser, recovery):
        clinic = recovery.patient.clinic
        clinic.crisis_line = "020 333"
        clinic.save()

        of_mood = pat_browser.get(pat_browser.post(HELP, {"sign": "rf-mood"}).url).content.decode()
        of_leg = pat_browser.get(pat_browser.post(HELP, {"sign": "rf-dvt"}).url).content.decode()

        assert of_mood.index('href="tel:020333"') < of_mood.index('href="tel:112"')
        assert "Call 020 333 or 112 now." in of_mood
        assert "020333" not in of_leg

    def test_of_the_installation_stands_in_where_a_clinic_has_none(
        self, client, pat_browser, recovery, settings
    ):
        settings.DEFAULT_CRISIS_LINE = "116 123"

        signed_in = pat_browser.get(pat_browser.post(HELP, {"sign": "rf-mood"}).url).content.decode()

        for html in (signed_in, client.post(HELP, {"sign": "rf-mood"}).content.decode()):
            assert "Call 116 123 or 112 now." in html
            assert 'href="tel:116123"' in html

    def test_that_nobody_has_leaves_no_gap(self, client, text_of):
        words = text_of(client.post(HELP, {"sign": "rf-mood"}))

        assert "Call 112 now. You are not alone." in words
        assert "{" not in words
        assert "crisis line" not in words


class TestEverySign:
    def test_has_one_fixed_text_that_names_no_illness_and_leaves_no_gap(self, client, text_of):
        content = protocols.load()
        assert len(content.red_flags) == 31
        for flag in content.red_flags.values():
            words = text_of(client.post(HELP, {"sign": flag.id}))
            assert Phones("112").fill(flag.do_now) in words
            assert flag.urgency.label in words
            assert flag.clinical_name not in words
            assert flag.clinical_name not in words
            assert not {"{", "}"} & set(words)

    def test_in_its_second_wording_is_answered_like_the_first(self, client, text_of):
        second = [flag for flag in protocols.load().red_flags.values() if flag.ask2]
        assert second
        for flag in second:
            words = text_of(client.post(HELP, {"sign": f"{flag.id}.2"}))
            assert f"“{flag.ask2}”" in words
            assert flag.ask not in words
            assert Phones("112").fill(flag.do_now) in words


class TestResult:
    def test_without_a_tick_leads_to_the_list(self, client, pat_browser):
        assert client.get("/help/result/").url == HELP
        assert pat_browser.get("/help/result/").url == HELP


class TestPhones:
    def test_are_filled_into_the_fixed_texts(self):
        phones = Phones("112", clinic="020 1", out_of_hours="020 2", crisis="116 123")
        urgencies = protocols.load().urgencies

        assert phones.fill(urgencies["same_day"].action).startswith(
            "Call your care team today: 020 1. If no one answers, call 020 2."
        )
        assert phones.fill(protocols.load().red_flags["rf-mood"].do_now).startswith(
            "Call 116 123 or 112 now."
        )

    def test_that_are_missing_take_their_words_along(self):
        phones = Phones("112")
        urgencies = protocols.load().urgencies

        assert phones.fill(urgencies["same_day"].action) == (
            "Call your care team today. If you still reach no one, or you feel worse, go to the emergency room."
        )
        assert phones.fill(protocols.load().red_flags["rf-mood"].do_now) == "Call 112 now. You are not alone."

    def test_leave_no_place_unfilled_in_any_text(self):
        texts = [one.text for one in protocols.patient_texts(protocols.load())]
        mine = [one for one in texts if "_phone}" in one or "_number}" in one or "crisis_line}" in one]

        assert mine
        assert not any("{" in Phones("112").fill(one) for one in mine)
