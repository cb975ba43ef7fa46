import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from accounts import queries
from accounts.models import ApiToken, PrivacyAcceptance
from accounts.services import profile, tokens
from accounts.views import privacy_needed

pytestmark = pytest.mark.django_db
DISPLAY = "/me/display/"


@pytest.fixture
def page_of(browser_of):
    """Return a function that gives the text of a person's menu."""
    return lambda person: browser_of(person).get(reverse("accounts:me")).content.decode()


class TestTheMenu:
    def test_asks_a_visitor_to_sign_in(self, browser_of):
        answer = browser_of(None).get(reverse("accounts:me"))
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("account_login"))

    def test_opens_for_everybody_signed_in(self, cast, page_of):
        for person in cast.people().values():
            if person is not None:
                assert person.email in page_of(person)

    def test_takes_a_fixed_number_of_queries(self, cast, now, browser_of, django_assert_num_queries):
        browser = browser_of(cast.pat)
        for number in (1, 30):
            for _more in range(number):
                tokens.make_token(user=cast.pat, name="k", scope="read", days=1, now=now)
            with django_assert_num_queries(6):
                browser.get(reverse("accounts:me"))


class TestThePerson:
    def test_is_known_in_two_queries(self, cast, django_assert_num_queries):
        with django_assert_num_queries(2):
            person = queries.person(cast.pat)
            assert person.patients[0].clinic.name == "Riverside clinic"
            assert person.clinic == person.patients[0].clinic
        assert not person.is_staff_member

    def test_is_staff_only_while_the_membership_holds(self, cast):
        assert queries.person(cast.thea).is_staff_member
        assert queries.person(cast.cleo).managed
        assert queries.person(cast.thea).managed is None
        assert queries.person(cast.otto).memberships == ()


class TestTheTimeZone:
    def test_changes_for_the_person_and_their_record(self, cast, browser_of):
        before = cast.pat_record.revision
        browser = browser_of(cast.pat)
        answer = browser.post(reverse("accounts:time_zone"), {"time_zone": "Asia/Tokyo"})
        assert answer.status_code == 302
        assert "Times are for Asia/Tokyo. Change" in browser.get(answer.url).content.decode()
        assert (cast.pat_record.time_zone, cast.pat_record.revision) == ("Asia/Tokyo", before + 1)
        assert cast.otto_record.time_zone == "Europe/Madrid"

    def test_that_nobody_knows_is_refused(self, cast, browser_of, now):
        page = browser_of(cast.pat).post(reverse("accounts:time_zone"), {"time_zone": "Mars/Olympus"})
        assert 'role="alert"' in page.content.decode()
        with pytest.raises(profile.UnknownTimeZone):
            profile.set_time_zone(user=cast.pat, time_zone="../../etc/passwd", now=now)
        assert cast.pat_record.time_zone == "Europe/Madrid"

    def test_tells_the_engine_after_commit(self, cast, now, django_capture_on_commit_callbacks):
        from accounts.signals import patient_changed

        told = []
        receiver = lambda **about: told.append(about["patient_id"])  # noqa: E731
        patient_changed.connect(receiver)
        with django_capture_on_commit_callbacks(execute=True):
            profile.set_time_zone(user=cast.pat, time_zone="Asia/Tokyo", now=now)
        patient_changed.disconnect(receiver)
        assert told == [cast.pat_record.pk]


class TestTheDisplay:
    CHOICE = {"theme": "dark", "text_size": "largest", "hand": "left", "language": "en"}

    def test_is_kept_and_seen_on_every_page(self, cast, browser_of):
        browser = browser_of(cast.pat)

        assert browser.post(DISPLAY, self.CHOICE).url == DISPLAY

        html = browser.get(reverse("accounts:me")).content.decode().partition(">")[2].partition(">")[0]
        assert 'data-theme="dark"' in html
        assert 'class="text-largest hand-left has-tabs"' in html

    def test_changes_nothing_for_who_never_chose(self, cast, browser_of):
        html = browser_of(cast.pat).get(reverse("accounts:me")).content.decode()

        assert 'data-theme="system" class="has-tabs"' in html

    @pytest.mark.parametrize(
        "wrong", [{"theme": "pink"}, {"text_size": "huge"}, {"hand": "third"}, {"hand": ""}], ids=str
    )
    def test_that_nobody_made_is_refused_and_nothing_changes(self, cast, browser_of, wrong):
        answer = browser_of(cast.pat).post(DISPLAY, {**self.CHOICE, **wrong})

        assert answer.status_code == 200
        assert 'role="alert"' in answer.content.decode()
        cast.pat.refresh_from_db()
        assert (cast.pat.theme, cast.pat.text_size, cast.pat.hand) == ("system", "normal", "both")

    def test_refuses_by_name_what_no_form_would_send(self, cast, now):
        choice = {"user": cast.pat, "now": now, **self.CHOICE}
        del choice["language"]
        with pytest.raises(profile.UnknownTheme):
            profile.set_display(**{**choice, "theme": "pink"})
        with pytest.raises(profile.UnknownDisplay):
            profile.set_display(**{**choice, "hand": "third"})
        with pytest.raises(profile.UnknownLanguage):
            profile.set_language(user=cast.pat, language="tlh", now=now)

    def test_offers_no_choice_of_one_language(self, cast, browser_of, settings):
        settings.LANGUAGES = [("en", "English")]
        assert 'name="language"' not in browser_of(cast.pat).get(DISPLAY).content.decode()

    def test_changes_the_language_of_pages_and_mails(self, cast, browser_of, settings):
        settings.LANGUAGES = [("en", "English"), ("es", "Spanish")]
        browser, before = browser_of(cast.pat), cast.pat_record.revision
        assert "Español" in browser.get(DISPLAY).content.decode()

        browser.post(DISPLAY, {**self.CHOICE, "language": "es"})

        assert 'lang="es"' in browser.get(DISPLAY).content.decode()
        assert (cast.pat_record.language, cast.pat_record.revision) == ("es", before + 1)
        assert cast.otto_record.language == "en"


class TestAKeyOnTheMenu:
    def test_is_shown_once(self, cast, browser_of):
        browser = browser_of(cast.pat)
        data = {"name": "My script", "scope": "read", "days": "30"}
        made = browser.post(reverse("accounts:make_token"), data).content.decode()
        token = ApiToken.objects.get(user=cast.pat)
        plain = made.split('id="key" value="')[1].split('"')[0]
        assert tokens.hash_of(plain) == token.token_hash
        assert "no-store" in browser.post(reverse("accounts:make_token"), data)["Cache-Control"]
        menu = browser.get(reverse("accounts:me")).content.decode()
        assert "My script" in menu
        assert plain not in menu

    def test_is_removed_by_its_person_only(self, cast, browser_of, now):
        token, _plain = tokens.make_token(user=cast.pat, name="k", scope="read", days=1, now=now)
        address = reverse("accounts:revoke_token", args=[token.public_id])
        for person in (cast.otto, cast.thea, cast.cleo):
            assert browser_of(person).post(address).status_code == 404
        assert browser_of(cast.pat).get(address).status_code == 405
        assert browser_of(cast.pat).post(address).status_code == 302
        assert not ApiToken.objects.of(cast.pat).exists()


class TestThePrivacyNotice:
    def test_is_open_to_a_visitor(self, browser_of):
        page = browser_of(None).get(reverse("accounts:privacy"))
        assert page.status_code == 200
        assert django_settings.PRIVACY_VERSION in page.content.decode()

    def test_says_how_long_the_clinic_keeps_records(self, cast, browser_of):
        page = browser_of(cast.pat).get(reverse("accounts:privacy")).content.decode()
        assert "Riverside clinic keeps your record for 10 years" in page

    def test_is_accepted_once_for_each_version(self, cast, browser_of, settings):
        browser = browser_of(cast.pat)
        for version in ("2026-11", "2026-11", "2027-01"):
            settings.PRIVACY_VERSION = version
            browser.post(reverse("accounts:accept_privacy"), {"accepts": "on"})
        kept = PrivacyAcceptance.objects.filter(user=cast.pat).values_list("version", flat=True)
        assert sorted(kept) == ["2026-11", "2027-01"]

    def test_in_a_newer_version_is_asked_for_on_the_menu(self, cast, browser_of, settings, now):
        words = "The privacy notice has changed."
        profile.accept_privacy(user=cast.pat, version=settings.PRIVACY_VERSION, now=now)
        browser = browser_of(cast.pat)
        assert words not in browser.get(reverse("accounts:me")).content.decode()
        settings.PRIVACY_VERSION = "2027-01"
        assert words in browser.get(reverse("accounts:me")).content.decode()

    def test_needs_the_tick(self, cast, browser_of):
        page = browser_of(cast.pat).post(reverse("accounts:accept_privacy"))
        assert "tick the box" in page.content.decode()
        assert not PrivacyAcceptance.objects.exists()

    def test_is_looked_up_once_a_session(self, cast, rf, now, settings, django_assert_num_queries):
        profile.accept_privacy(user=cast.pat, version=settings.PRIVACY_VERSION, now=now)
        request = rf.get("/")
        request.user, request.session = cast.pat, {}
        with django_assert_num_queries(1):
            assert not privacy_needed(request)
            assert not privacy_needed(request)
