"""The style sheet and the templates keep what the design promises. No database, no browser."""

import gzip
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
SHEET = (ROOT / "static/css/app.css").read_text()
RULES = re.sub(r"/\*.*?\*/", "", SHEET, flags=re.S)
OLD_PHONES_LACK = ["@layer", ":has(", "light-dark(", "@container", "inset: 0", "&"]
ELSEWHERE = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)=["'](?:https?:)?//""")
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
MAILS = {path for path in TEMPLATES if "email" in path.parts} | {ROOT / "templates/accounts/mail.html"}
PAGES = [path for path in TEMPLATES if path.suffix == ".html" and path not in MAILS]
NOTICES = ROOT / "recovery/protocols/2026-11/notices.yaml"

LIGHT = re.search(r"^:root \{(.*?)^\}", SHEET, re.M | re.S)[1]
DARK_BY_SYSTEM = re.search(r":root:not\(\[data-theme=\"light\"\]\) \{(.*?)\} \}", SHEET, re.S)[1]
DARK_BY_CHOICE = re.search(r":root\[data-theme=\"dark\"\] \{ color-scheme: dark;(.*?)\}", SHEET, re.S)[1]


def tokens(block: str) -> dict[str, str]:
    """Read the custom properties of one block, comments left out."""
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", re.sub(r"/\*.*?\*/", "", block, flags=re.S)))


THEMES = {"light": tokens(LIGHT), "dark": tokens(DARK_BY_CHOICE)}


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


BODY, TEXT, CONTROL = 7.0, 5.8, 3.0
PAIRS = [
    ("ink", "bg", BODY),
    ("ink", "surface", BODY),
    ("ink", "surface-2", BODY),
    ("ink", "info-soft", BODY),
    ("ink", "ok-soft", BODY),
    ("ink", "warn-soft", BODY),
    ("ink", "bad-soft", BODY),
    ("ink-2", "bg", BODY),
    ("ink-2", "surface", BODY),
    ("brand", "bg", BODY),
    ("brand", "surface", BODY),
    ("on-brand", "brand", BODY),
    ("on-brand", "brand-2", BODY),
    ("on-soft", "brand-soft", TEXT),
    ("on-now", "now-soft", TEXT),
    ("ok", "ok-soft", TEXT),
    ("warn", "warn-soft", TEXT),
    ("bad", "bad-soft", TEXT),
    ("bad", "surface", TEXT),
    ("bad", "bg", TEXT),
    ("on-bad", "bad", TEXT),
    ("info", "info-soft", TEXT),
    ("line-2", "surface", CONTROL),
    ("line-2", "bg", CONTROL),
    ("c-line", "c-band", CONTROL),
    ("c-line", "surface", CONTROL),
    ("now", "surface", CONTROL),
    ("focus", "bg", CONTROL),
    ("focus", "focus-halo", CONTROL),
]


class TestColours:
    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize(("front", "back", "least"), PAIRS)
    def test_stand_out_enough(self, theme, front, back, least):
        colours = THEMES[theme]

        assert contrast(colours[front], colours[back]) >= least

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("front", ["#ffffff", "#dcefe9", "#9fe0d2", "#ffc08a", "#ffd2ab"])
    def test_stand_out_on_the_hero(self, theme, front):
        assert contrast(front, THEMES[theme]["hero"]) >= TEXT

    def test_are_the_same_for_dark_by_choice_and_dark_by_system(self):
        assert tokens(DARK_BY_CHOICE) == tokens(DARK_BY_SYSTEM)

    def test_have_a_dark_value_for_every_light_colour(self):
        coloured = {name for name, value in THEMES["light"].items() if value.startswith("#")}

        assert coloured <= set(THEMES["dark"])


class TestStyleSheet:
    def test_weighs_ten_kilobytes_at_most(self):
        assert len(gzip.compress(SHEET.encode(), 9)) <= 10_000

    def test_uses_no_unknown_token(self):
        used = set(re.findall(r"var\(--([\w-]+)", SHEET))

        assert used <= set(THEMES["light"]) | {"p"}

    @pytest.mark.parametrize("modern", OLD_PHONES_LACK)
    def test_needs_nothing_that_old_phones_lack(self, modern):
        assert modern not in RULES

    def test_loads_nothing_from_elsewhere(self):
        assert "url(" not in SHEET
        assert "@import" not in SHEET


class TestScripts:
    @pytest.mark.parametrize("name", ["zone.js", "page.js", "install.js"])
    def test_stay_small(self, name):
        assert len((ROOT / "static/js" / name).read_bytes()) <= 1024

    @pytest.mark.parametrize(("name", "most"), [("exercise.js", 2048), ("count.js", 3072)])
    def test_that_one_page_brings_are_small_too(self, name, most):
        assert len((ROOT / "static/js" / name).read_bytes()) <= most


def words(path: Path) -> str:
    """Return a template without its comments."""
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.S)
    return re.sub(r"{#.*?#}", "", text)


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
class TestTemplates:
    def test_hold_no_inline_style(self, template):
        assert not re.search(r"\sstyle\s*=|<style", words(template))

    def test_hold_no_inline_script(self, template):
        scripts = re.findall(r"<script\b[^>]*>", words(template))

        assert all("src=" in script for script in scripts)
        assert not re.search(r"""\son[a-z]+\s*=\s*["']""", words(template))
        assert "javascript:" not in words(template)

    def test_load_nothing_from_another_host(self, template):
        assert not ELSEWHERE.search(words(template))


class TestFixedNotices:
    def test_stand_on_every_page_word_for_word(self):
        notices = {row["id"]: row["text"] for row in yaml.safe_load(NOTICES.read_text())}
        footer = words(ROOT / "templates/_footer.html")
        shown = re.sub(r"<[^>]+>", "", footer).replace("{{ ", "{").replace(" }}", "}")

        assert notices["n-main"] in shown
        assert notices["n-emergency"] in shown

    @pytest.mark.parametrize("name", ["_header.html", "_header_plain.html"])
    def test_come_with_the_emergency_link_in_the_header(self, name):
        header = words(ROOT / "templates" / name)

        assert 'class="urgent"' in header
        assert "/help/" in header

    def test_are_dropped_by_no_other_frame(self):
        frames = [path for path in PAGES if path.name.startswith("base_") and path.parent.name == "templates"]

        assert all("{% block footer" not in words(path) for path in frames)
        assert [path.name for path in frames if "{% block header" in words(path)] == ["base_plain.html"]


class TestMailFrame:
    def test_is_small_and_shows_no_picture(self):
        frame = (ROOT / "templates/reminders/email/base.html").read_text()

        assert len(frame.encode()) <= 10_000
        assert "<img" not in frame
        assert "url(" not in frame
