"""Each person reads their own language: on pages, in mails, in dates and hours."""

import re
from datetime import date, time

import pytest
from django.conf import settings
from django.utils import translation

from accounts.models import Patient
from recovery.queries.patient_words import Phones
from recovery.templatetags import recovery_ui
from reminders.services.words import day_words, time_words
from tests.words.screens import screens

FRIDAY = date(2026, 11, 27)
A_NUMBER_WITH_A_COMMA = re.compile(
    r'\b(?:(?:x|y|cx|cy|r|x1|x2|y1|y2|width|height|d|viewBox|value|min|max)="[^"]*\d,\d|points="[^"]*,\d+,)[^"]*"'
)
"""Points are pairs, "1.5,2 3,4": only a third number between two commas is a decimal."""


def language_of(answer) -> str:
    return re.search(r'<html lang="([\w-]+)" dir="ltr"', answer.content.decode())[1]


@pytest.mark.django_db
class TestAVisitor:
    @pytest.mark.parametrize("path", ["/accounts/login/", "/help/", "/privacy/", "/nowhere/"])
    @pytest.mark.parametrize(
        ("asked", "got"), [("es-MX,es;q=0.9", "es"), ("de,en;q=0.5", "en"), ("xx", "en")]
    )
    def test_reads_what_the_browser_asks_for(self, client, path, asked, got):
        assert language_of(client.get(path, headers={"Accept-Language": asked})) == got

    def test_is_offered_no_made_up_language(self, client):
        assert [code for code, _name in settings.LANGUAGES] == ["en", "es"]
        assert language_of(client.get("/help/", headers={"Accept-Language": "he, ar, en-xa"})) == "en"


class TestAPerson:
    def test_reads_their_own_language_whatever_the_browser_asks_for(self, sign_in):
        browser = sign_in("pat", "es")

        answer = browser.get("/today/", headers={"Accept-Language": "en"})

        assert language_of(answer) == "es"
        assert "Para hacer hoy" in answer.content.decode()

    def test_who_reads_english_is_not_given_the_words_of_the_one_before(self, sign_in):
        sign_in("pat", "es").get("/today/")

        assert language_of(sign_in("otto").get("/today/", headers={"Accept-Language": "es"})) == "en"

    def test_finds_every_screen_in_spanish_and_its_drawings_unbroken(self, sign_in):
        """A decimal comma in a drawing or a number field would break it."""
        pages = dict(screens(sign_in("pat", "es")))

        assert len(pages) >= 12
        assert {
            path: A_NUMBER_WITH_A_COMMA.findall(html)
            for path, html in pages.items()
            if A_NUMBER_WITH_A_COMMA.search(html)
        } == {}

    def test_of_the_staff_finds_a_chart_unbroken_too(self, sign_in):
        record = Patient.objects.get(user__email="pat@demo.example").public_id

        html = sign_in("thea", "es").get(f"/patients/{record}/").content.decode()

        assert "<svg" in html
        assert not A_NUMBER_WITH_A_COMMA.search(html)

    def test_is_offered_each_language_by_its_own_name(self, sign_in):
        html = sign_in("thea", "es").get("/patients/new/").content.decode()

        assert re.search(r'<option value="en"[^>]*>English</option>', html)
        assert re.search(r'<option value="es"[^>]*>Español</option>', html)


class TestDatesAndHours:
    @pytest.mark.parametrize(
        ("language", "day", "short", "hour"),
        [
            ("en", "Friday 27 November", "27 November 2026", "2:05 pm"),
            ("es", "viernes 27 de noviembre", "27 de noviembre de 2026", "14:05"),
        ],
    )
    def test_follow_the_language(self, language, day, short, hour):
        with translation.override(language):
            assert day in recovery_ui.day(FRIDAY, FRIDAY)
            assert short in recovery_ui.short_day(FRIDAY, date(2027, 1, 1))
            assert hour == recovery_ui.wall_time(time(14, 5)).replace("\xa0", " ")
            assert (day, hour) == (day_words(FRIDAY), time_words(time(14, 5)).replace("\xa0", " "))


class TestFixedTexts:
    """Where a clinic has no such number, the words that speak of it go, and the emergency number stays."""

    @pytest.mark.parametrize("language", ["en", "es"])
    def test_keep_the_emergency_number_when_others_are_missing(self, language):
        with translation.override(language):
            crisis = translation.gettext("Call {crisis_line} or {emergency_number} now. You are not alone.")

            assert Phones("112").fill(crisis).count("112") == 1
            assert "{" not in Phones("112").fill(crisis)
            assert "020" in Phones("112", crisis="020").fill(crisis)

    def test_read_well_in_spanish_without_the_crisis_line(self):
        with translation.override("es"):
            crisis = translation.gettext("Call {crisis_line} or {emergency_number} now. You are not alone.")

            assert Phones("112").fill(crisis) == "Llame ahora al 112. No está a solas con esto."
