"""How a drawing of an exercise comes out on a page. No database."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import translation

from recovery import protocols
from recovery.templatetags.figures import figure

CONTENT = protocols.load("2026-11")
SHEET = (Path(settings.BASE_DIR) / "static/css/app.css").read_text()
NAMES = sorted(CONTENT.exercises)
GZIPPED, RAW = 1000, 3500


def drawn(name: str, key: object = "") -> str:
    exercise = CONTENT.exercises[name]
    return str(figure(name, exercise.name, exercise.steps, key))


class TestAFigure:
    @pytest.mark.parametrize("name", NAMES)
    def test_has_no_colour_and_no_style_of_its_own(self, name):
        svg = drawn(name)

        assert not re.search(r"\s(style|fill|stroke|on\w+)=|#[0-9a-f]{3}|rgb|url\(", svg)

    @pytest.mark.parametrize("name", NAMES)
    def test_uses_only_classes_that_the_style_sheet_knows(self, name):
        used = {one for names in re.findall(r'class="([^"]+)"', drawn(name)) for one in names.split()}

        assert all(re.search(rf"\.fig [^{{]*\.{one}\b", SHEET) for one in used)

    @pytest.mark.parametrize("name", NAMES)
    def test_is_small(self, name):
        svg = drawn(name).encode()

        assert len(svg) <= RAW
        assert len(gzip.compress(svg, 6)) <= GZIPPED

    @pytest.mark.parametrize("name", NAMES)
    def test_says_in_plain_words_what_each_picture_shows(self, name):
        svg, exercise = drawn(name).replace("&#x27;", "'"), CONTENT.exercises[name]

        title, words = re.search(r"<title[^>]*>(.*?)</title><desc[^>]*>(.*?)</desc>", svg).groups()

        assert title == exercise.name
        assert words.startswith("Picture 1: ")
        assert "Picture 2: " in words
        assert exercise.steps[0] in words
        assert 'role="img"' in svg

    @pytest.mark.parametrize("name", NAMES)
    def test_numbers_its_pictures_from_start_to_end(self, name):
        numbers = [int(one) for one in re.findall(r"<text[^>]*>(\d)</text>", drawn(name))]

        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 2

    def test_has_ids_of_its_own_beside_the_same_exercise_and_any_other(self):
        page = "".join([*(drawn(name) for name in NAMES), drawn(NAMES[0], "again")])
        ids = re.findall(r'\sid="([^"]+)"', page)

        assert len(ids) == len(set(ids)) == 2 * (len(NAMES) + 1)

    def test_points_to_its_words(self):
        svg = drawn("ex-bridge", "7")

        assert 'aria-labelledby="fig-ex-bridge-7-t" aria-describedby="fig-ex-bridge-7-d"' in svg
        assert {'id="fig-ex-bridge-7-t"', 'id="fig-ex-bridge-7-d"'} <= set(re.findall(r'id="[^"]+"', svg))

    def test_of_an_exercise_that_nobody_has_drawn_shows_nothing(self):
        assert figure("ex-of-next-year", "Name", ["Step."]) == ""

    def test_lets_no_word_become_markup(self):
        svg = figure("ex-bridge", "<b>", ["<script>", "&", "'"], '"><x')

        assert "<b>" not in svg
        assert "<script" not in svg
        assert "<x" not in svg

    def test_speaks_the_language_of_the_page(self):
        with translation.override("en"):
            page = Template('{% load figures %}{% figure "ex-bridge" "Puente" steps %}')
            svg = page.render(Context({"steps": ["Uno.", "Dos.", "Tres."]}))

        assert "<title" in svg
        assert "Puente" in svg
        assert "Picture 2: Dos." in svg
