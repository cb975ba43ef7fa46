from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from rest_framework.test import APIClient

from accounts import clock
from accounts.models import ApiToken
from accounts.services import tokens
from tests import factories

pytestmark = pytest.mark.django_db
TOKENS, ME = "/api/v1/tokens/", "/api/v1/me/"


@pytest.fixture
def pat(db):
    return factories.user("Pat Moreno", password=factories.PASSWORD)


def ask(email="pat@demo.example", password=factories.PASSWORD, **more):
    return APIClient().post(
        TOKENS, {"email": email, "password": password, "name": "phone", **more}, format="json"
    )


def caller(plain):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


class TestAskingForAKey:
    def test_answers_it_once_for_a_password(self, pat):
        answer = ask()
        assert answer.status_code == 201
        token = ApiToken.objects.get(user=pat)
        assert token.token_hash == tokens.hash_of(answer.json()["token"])
        listed = caller(answer.json()["token"]).get(TOKENS).json()["results"]
        assert [row["name"] for row in listed] == ["phone"]
        assert answer.json()["token"] not in str(listed)

    def test_takes_the_address_in_any_case(self, pat):
        assert ask(email=" Pat@Demo.Example ").status_code == 201

    def test_says_the_same_for_a_wrong_password_and_an_unknown_address(self, pat):
        wrong, unknown = ask(password="wrong-password"), ask(email="nobody@demo.example")
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json()

    def test_works_as_hard_for_an_unknown_address_as_for_a_wrong_password(self, pat, settings, monkeypatch):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        pat.set_password(factories.PASSWORD)
        pat.save()
        hashed = []
        encode = Argon2PasswordHasher.encode
        verify = Argon2PasswordHasher.verify
        monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *a: hashed.append(1) or encode(*a))
        monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *a: hashed.append(1) or verify(*a))
        counts = []
        for email in ("pat@demo.example", "nobody@demo.example"):
            hashed.clear()
            ask(email=email, password="wrong-password")
            counts.append(len(hashed))
        assert counts[0] == counts[1] > 0

    def test_without_a_password_of_its_own_gets_none(self, db):
        factories.user("Nora Vale")
        assert ask(email="nora@demo.example", password="").status_code == 400
        assert ask(email="nora@demo.example", password="!").status_code == 401

    def test_is_refused_to_an_account_that_was_closed(self, pat):
        pat.is_active = False
        pat.save()
        assert ask().json() == ask(password="wrong-password").json()

    def test_is_slowed_down_after_five_wrong_passwords(self, pat):
        statuses = [ask(password=f"wrong-{number}").status_code for number in range(6)]
        assert statuses == [401] * 5 + [429]
        assert ask().status_code == 429

    def test_is_slowed_down_after_ten_tries_whoever_is_meant(self, db):
        statuses = [ask(email=f"p{number}@demo.example").status_code for number in range(11)]
        assert statuses[-1] == 429

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"email": 1},
            {"email": "pat@demo.example", "password": "x" * 201, "name": "n"},
            {"email": "pat@demo.example", "password": factories.PASSWORD, "name": "n", "scope": "all"},
            {"email": "pat@demo.example", "password": factories.PASSWORD, "name": "n", "days": 366},
            {"email": "pat\x00@demo.example", "password": factories.PASSWORD, "name": "n"},
            [],
        ],
    )
    def test_refuses_what_makes_no_sense(self, pat, body):
        assert APIClient().post(TOKENS, body, format="json").status_code == 400


class TestAKey:
    def test_says_who_calls(self, cast, api_of):
        answer = api_of(cast.pat).get(ME).json()
        assert answer["id"] == str(cast.pat.public_id)
        assert answer["patients"][0]["id"] == str(cast.pat_record.public_id)
        assert answer["memberships"] == []
        assert api_of(cast.thea).get(ME).json()["memberships"][0]["profession"] == "physiotherapist"

    def test_takes_one_query_to_check(self, cast, api_of, django_assert_num_queries):
        client = api_of(cast.pat)
        client.get(ME)
        with django_assert_num_queries(3):  # the key, then who the person is
            client.get(ME)

    def test_is_marked_as_used_once_a_day(self, pat, now, shift_clock):
        token, plain = tokens.make_token(user=pat, name="k", scope="read", days=9, now=now)
        caller(plain).get(ME)
        token.refresh_from_db()
        assert token.last_used_on == now.date()
        shift_clock(timedelta(days=1))
        caller(plain).get(ME)
        token.refresh_from_db()
        assert token.last_used_on == now.date() + timedelta(days=1)

    @pytest.mark.parametrize("end", ["too old", "revoked", "unknown", "closed account"])
    def test_that_does_not_work_gets_401_in_the_same_words(self, pat, now, end, shift_clock):
        token, plain = tokens.make_token(user=pat, name="k", scope="read", days=1, now=now)
        assert caller(plain).get(ME).status_code == 200
        if end == "too old":
            shift_clock(timedelta(days=1))
        elif end == "revoked":
            tokens.revoke_token(token=token, by=pat, now=now)
        elif end == "unknown":
            plain = "x" * 43
        else:
            pat.is_active = False
            pat.save()
        answer = caller(plain).get(ME)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer.json() == caller("y" * 43).get(ME).json()

    @pytest.mark.parametrize(
        "header", ["Bearer", "Bearer ", "Bearer ä", "Bearer " + "x" * 9999, "Bearer a b"]
    )
    def test_that_is_no_key_gets_401(self, db, header):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=header)
        assert client.get(ME).status_code == 401

    def test_lives_beside_others_and_is_ended_by_its_person_only(self, cast, api_of, now):
        token, plain = tokens.make_token(user=cast.pat, name="k", scope="read", days=1, now=now)
        address = f"{TOKENS}{token.public_id}/"
        assert api_of(cast.otto).delete(address).status_code == 404
        assert api_of(cast.pat).delete(address).status_code == 204
        assert caller(plain).get(ME).status_code == 401

    def test_ends_when_the_password_changes(self, pat, now, client):
        _token, plain = tokens.make_token(user=pat, name="k", scope="read", days=1, now=now)
        client.post("/accounts/login/", {"login": pat.email, "password": factories.PASSWORD})
        new = "seven-calm-otters"
        data = {"oldpassword": factories.PASSWORD, "password1": new, "password2": new}
        assert client.post("/accounts/password/change/", data).status_code == 302
        assert caller(plain).get(ME).status_code == 401

    def test_for_reading_writes_nothing(self, cast, api_of):
        assert api_of(cast.pat, "read").patch(ME, {"theme": "dark"}).status_code == 403
        assert api_of(cast.pat, "log").patch(ME, {"theme": "dark"}).status_code == 200

    def test_for_logging_ends_no_other_key(self, cast, api_of, now):
        token, _plain = tokens.make_token(user=cast.pat, name="k", scope="read", days=1, now=now)
        assert api_of(cast.pat, "log").delete(f"{TOKENS}{token.public_id}/").status_code == 403

    def test_is_one_of_fifty_at_most(self, pat, now):
        for _key in range(50):
            tokens.make_token(user=pat, name="k", scope="read", days=1, now=now)
        with pytest.raises(tokens.TooManyTokens):
            tokens.make_token(user=pat, name="k", scope="read", days=1, now=now)


class TestTheSession:
    def test_reads_the_api(self, cast, browser_of):
        assert browser_of(cast.pat).get(ME).json()["name"] == "Pat Moreno"

    def test_writes_only_with_its_csrf_token(self, cast):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(cast.pat, backend="django.contrib.auth.backends.ModelBackend")
        answer = browser.patch(ME, {"theme": "dark"}, content_type="application/json")
        assert answer.status_code == 403

    def test_of_a_visitor_gets_401(self, db):
        assert APIClient().get(ME).status_code == 401
        assert APIClient().get(TOKENS).status_code == 401


class TestChangingOneself:
    def test_refuses_an_unknown_zone_with_its_reason(self, cast, api_of):
        answer = api_of(cast.pat).patch(ME, {"time_zone": "Mars/Olympus"})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "unknown_time_zone"

    def test_changes_the_zone(self, cast, api_of):
        assert api_of(cast.pat).patch(ME, {"time_zone": "Asia/Tokyo"}).json()["time_zone"] == "Asia/Tokyo"
        assert cast.pat_record.time_zone == "Asia/Tokyo"
        assert clock.now()
