"""What every answer tells the browser, and who is taken for asking."""

import pytest
from django.conf import settings as live_settings
from django.test import RequestFactory

from config.middleware import client_address


@pytest.fixture
def signed_in(cast, browser_of):
    return browser_of(cast.pat)


class TestAPage:
    @pytest.mark.parametrize("path", ["/accounts/login/", "/help/", "/nowhere/", "/api/v1/"])
    def test_is_kept_by_nobody_and_runs_nothing_foreign(self, client, db, path):
        answer = client.get(path)

        assert answer["Cache-Control"].endswith("private")
        assert "no-store" in answer["Cache-Control"]
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "camera=()" in answer["Permissions-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"

    @pytest.mark.parametrize("path", ["/today/", "/me/", "/favicon.ico", "/manifest.webmanifest"])
    def test_of_somebody_signed_in_is_never_stored(self, signed_in, path):
        answer = signed_in.get(path)

        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store, private"

    def test_that_everybody_gets_alike_may_be_stored(self, client, db):
        for path in ("/favicon.ico", "/manifest.webmanifest"):
            assert client.get(path)["Cache-Control"] == "public, max-age=86400"


class TestSigningOut:
    def test_empties_the_browser(self, signed_in):
        answer = signed_in.post("/accounts/logout/")

        assert answer.status_code == 302
        assert answer["Clear-Site-Data"] == '"cache", "storage"'

    def test_is_the_only_page_that_does(self, signed_in):
        assert "Clear-Site-Data" not in signed_in.get("/accounts/logout/")


class TestAPerson:
    def test_sees_their_own_language(self, cast, browser_of):
        answer = browser_of(cast.pat).get("/me/", headers={"accept-language": "fr"})

        assert answer["Content-Language"] == cast.pat.language

    def test_is_looked_up_only_for_pages_that_ask(self, signed_in, django_assert_num_queries):
        with django_assert_num_queries(2):  # session and user
            signed_in.get("/favicon.ico")


class TestTheClientsAddress:
    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            (0, "203.0.113.9", "192.0.2.1"),
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
            (2, "198.51.100.1, 203.0.113.9, 192.0.2.5", "203.0.113.9"),
            (2, "203.0.113.9", "203.0.113.9"),
            (1, "", "192.0.2.1"),
            (1, "nonsense", None),
            (1, "::ffff:203.0.113.9", "203.0.113.9"),
        ],
    )
    def test_is_what_the_trusted_proxies_say(self, settings, proxies, forwarded, address):
        settings.TRUSTED_PROXIES = proxies
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}

        request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.1")

        assert client_address(request) == address


class TestCookies:
    def test_are_out_of_reach_of_scripts_and_other_sites(self):
        assert live_settings.SESSION_COOKIE_HTTPONLY
        assert live_settings.CSRF_COOKIE_HTTPONLY
        assert live_settings.SESSION_COOKIE_SAMESITE == "Lax"


class TestASessionCookie:
    def test_that_no_session_is_named_by_is_dropped(self, client, db):
        cookie = f'{live_settings.SESSION_COOKIE_NAME}="\\000aaaaaaaaaaaaaaaa"'

        answer = client.get("/today/", headers={"cookie": cookie})

        assert answer.status_code == 302
        assert live_settings.SESSION_COOKIE_NAME not in answer.wsgi_request.COOKIES


def test_static_files_are_not_offered_to_other_origins():
    assert live_settings.WHITENOISE_ALLOW_ALL_ORIGINS is False
