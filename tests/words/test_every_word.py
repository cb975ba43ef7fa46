"""Every word that a patient sees went through gettext: read in a made-up language, no English is left."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import dates

from recovery import protocols
from recovery.management.people import STORIES
from tests.words.conftest import PATIENTS
from tests.words.screens import SIGNED_OUT, blocks, screens
from translations import pseudo

pytestmark = pytest.mark.django_db

ENGLISH = re.compile(r"(?<![@./\w\N{LATIN SMALL LETTER A WITH RING ABOVE}])[A-Za-z]{2,}(?![@\w])")
TYPED = {
    "name", "label", "note", "place", "phone_hours", "email", "reason", "text", "note_for_patient", "values", "closing_note",
}  # fmt: skip
"""Columns that hold what people typed, in whatever language."""
OWN_NAMES = {"English", "Español", "Long", "Mirrored", "PDF", "JSON", "UTC"}
FROM_DJANGO = re.compile(
    r"Your password (can’t be|must contain)[^.]*\.|(Current|New) Password( \(again\))?|Forgot your password\?|\b(am|pm|AM|PM)\b|\S+@\S+|[A-Z][\w+-]*(/[\w +-]+)+"
)
"""Words of Django's and allauth's own catalogs, which know no made-up language; addresses; names of time zones."""


def words_typed() -> set[str]:
    """Return the words that the people of the demo typed, and the names of days and months."""
    goals = " ".join(goal for story in STORIES for goal in story.goals)
    # The visit sheet gives the surgeon the names of the clinical tables.
    clinical = " ".join(one.name for one in protocols.load().fractures.values())
    found = {
        *OWN_NAMES,
        *re.findall(r"[A-Za-z]+", f"{goals} {clinical} {clinical.lower()}"),
        settings.PRODUCT_NAME,
    }
    for names in (dates.WEEKDAYS, dates.WEEKDAYS_ABBR, dates.MONTHS, dates.MONTHS_3, dates.MONTHS_AP):
        found |= {form for name in names.values() for form in (str(name), str(name).title().strip("."))}
    for package in ("accounts", "recovery", "reminders"):
        for model in apps.get_app_config(package).get_models():
            columns = TYPED & {column.name for column in model._meta.concrete_fields}
            for row in model.objects.values_list(*columns) if columns else ():
                found |= set(re.findall(r"[A-Za-z]+", " ".join(map(str, row))))
    return found


def english_left(pages: dict[str, str]) -> list[str]:
    """Return each text in which English words stand."""
    typed, found = words_typed(), []
    for path, html in pages.items():
        for text in blocks(html, "html", spoken=True):
            left = [word for word in ENGLISH.findall(FROM_DJANGO.sub("", text)) if word not in typed]
            found += [f"{path}: {' '.join(left)}: {text[:120]}"] if left else []
    return found


@pytest.fixture
def in_made_up(made_up_languages, sign_in):
    """Return a function that opens a patient's browser in the made-up language."""
    return lambda who: sign_in(who, pseudo.LONG)


class TestThePages:
    @pytest.mark.parametrize("who", PATIENTS)
    def test_of_a_patient_hold_no_word_that_did_not_go_through_gettext(self, in_made_up, who):
        pages = dict(screens(in_made_up(who)))

        assert "\n".join(english_left(pages)) == ""
        assert sum(html.count("⟦") for html in pages.values()) > 200

    def test_of_a_visitor_hold_none_either(self, made_up_languages, demo):
        visitor = Client(headers={"Accept-Language": pseudo.LONG})

        assert "\n".join(english_left(dict(screens(visitor, SIGNED_OUT)))) == ""

    def test_run_from_right_to_left_in_such_a_language(self, made_up_languages, sign_in):
        html = sign_in("pat", pseudo.MIRRORED).get("/today/").content.decode()

        assert '<html lang="he" dir="rtl"' in html


class TestTheMadeUpLanguages:
    @pytest.mark.parametrize(
        "text", ["Log", "Save today’s log", 'Call <a href="%(tel)s">%(number)s</a>.', "%(place)s or "]
    )
    def test_are_longer_and_keep_places_tags_and_spaces(self, text):
        said = pseudo.longer(text)

        assert len(said) >= 1.4 * len(text.strip())
        assert (
            pseudo._KEPT.findall(said)
            == pseudo._KEPT.findall(text)
            == pseudo._KEPT.findall(pseudo.mirrored(text))
        )
        assert said.endswith(" ") == text.endswith(" ")

    def test_are_found_by_the_search_for_english(self, demo):
        assert english_left({"/": "<html><p>⟦Šåṽé öñé⟧</p><p>Pat Rivera</p></html>"}) == []
        assert english_left({"/": "<html><p>Save</p></html>"}) == ["/: Save: Save"]
