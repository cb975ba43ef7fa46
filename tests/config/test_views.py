"""The first page of each person, and the pages that say no."""

import json

import pytest
from django.test import Client


class TestHome:
    @pytest.mark.parametrize(
        ("who", "where"),
        [
            ("pat", "/today/"),
            ("thea", "/patients/"),
            ("max", "/patients/"),
            ("cleo", "/clinic/"),
            ("visitor", "/accounts/login/"),
        ],
    )
    def test_sends_each_person_to_their_own_first_page(self, cast, browser_of, who, where):
        answer = browser_of(getattr(cast, who)).get("/")

        assert answer.status_code == 302
        assert answer["Location"] == where

    def test_sends_an_operator_to_the_admin(self, django_user_model, browser_of, db):
        operator = django_user_model.objects.create_superuser("ops@example.org", "x", name="Ops")

        assert browser_of(operator).get("/")["Location"] == "/admin/"


class TestAFormThatCannotBeTrusted:
    def test_is_refused_with_what_an_operator_should_set(self, db):
        answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@b.example"})

        assert answer.status_code == 403
        assert b"PUBLIC_URL" in answer.content


class TestAnUnknownAddress:
    def test_is_told_in_plain_words_with_the_emergency_number(self, client, db):
        answer = client.get("/nowhere/")

        assert answer.status_code == 404
        assert b"We cannot find this page" in answer.content
        assert b"112" in answer.content


class TestTheManifest:
    def test_lets_a_phone_install_the_app(self, client, db):
        answer = client.get("/manifest.webmanifest")

        assert answer["Content-Type"] == "application/manifest+json"
        assert json.loads(answer.content)["start_url"] == "/"


class TestTheAdmin:
    def test_has_no_sign_in_page_of_its_own(self, client, db):
        answer = client.get("/admin/login/")

        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
