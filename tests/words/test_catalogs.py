"""The catalogs hold every text of the code, agree with it, and are compiled as they stand."""

import re

import polib
from django.utils import translation
from django.utils.translation import gettext, ngettext

from translations import catalog, extract

WANTED = extract.messages()
SPANISH = catalog.read("es")
ENTRIES = [entry for entry in SPANISH if not entry.obsolete]
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>")


def said(entry: polib.POEntry) -> list[str]:
    """Return an entry's translations: two where it counts something."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


class TestTheSpanishCatalog:
    def test_holds_every_text_of_the_code_the_templates_and_the_clinical_tables_and_no_other(self):
        held = {catalog.key_of(entry) for entry in ENTRIES}

        assert sorted(WANTED.keys() - held) == [], "run make messages"
        assert sorted(held - WANTED.keys()) == [], "run make messages"

    def test_says_where_each_text_stands_as_make_messages_does(self):
        assert str(catalog.renew(SPANISH, WANTED, "es")) == str(SPANISH), "run make messages"

    def test_is_compiled_as_it_stands(self):
        assert catalog.path_of("es", "mo").read_bytes() == SPANISH.to_binary(), "run make messages"

    def test_translates_every_text(self):
        assert [one["key"] for one in catalog.missing(SPANISH)] == []

    def test_keeps_each_place_to_fill_in_and_each_tag(self):
        broken = []
        for entry in (one for one in ENTRIES if one.translated()):
            wanted = {
                "".join(sorted(PLACE.findall(text)))
                for text in (entry.msgid, entry.msgid_plural or entry.msgid)
            }
            for text in said(entry):
                if "".join(sorted(PLACE.findall(text))) not in wanted:
                    broken.append(f"{entry.msgid!r}: places")
                if sorted(TAG.findall(text)) != sorted(TAG.findall(entry.msgid)):
                    broken.append(f"{entry.msgid!r}: tags")

        assert broken == []

    def test_has_both_forms_of_what_is_counted(self):
        counted = [entry for entry in ENTRIES if entry.msgid_plural]

        assert counted
        assert [entry.msgid for entry in counted if sorted(entry.msgstr_plural) != [0, 1]] == []

    def test_ends_and_begins_as_the_text_does(self):
        """A lost full stop or space glues sentences together."""
        ends = [
            entry.msgid
            for entry in ENTRIES
            for text in said(entry)
            if text and (entry.msgid[-1] in ".?:, ") and text[-1] != entry.msgid[-1] and text[-1] not in ".?:"
        ]
        starts = [
            entry.msgid
            for entry in ENTRIES
            for text in said(entry)
            if text.startswith(" ") != entry.msgid.startswith(" ")
        ]

        assert ends + [one for one in starts if one] == []

    def test_says_usted_and_does_not_shout(self):
        familiar = re.compile(
            r"\b(tú|tu|tus|ti|contigo|puedes|tienes|debes|quieres|vosotros|vuestr[oa]s?)\b|[!¡]",
            re.IGNORECASE,
        )

        assert [text for entry in ENTRIES for text in said(entry) if familiar.search(text)] == []

    def test_changes_no_number_of_a_clinical_text(self):
        def numbers(text: str) -> list[str]:
            return sorted(one.replace(",", ".") for one in re.findall(r"\d+(?:[.,]\d+)?", text))

        clinical = [entry for entry in ENTRIES if entry.comment == extract.CLINICAL]

        assert [one.msgid for one in clinical if numbers(one.msgid) != numbers(one.msgstr)] == []
        assert sum(bool(numbers(one.msgid)) for one in clinical) > 30

    def test_marks_what_a_clinician_must_review(self):
        clinical = {key for key, one in WANTED.items() if one.is_clinical}

        assert len(clinical) > 500
        assert {catalog.key_of(one) for one in ENTRIES if one.comment == extract.CLINICAL} == clinical
        assert "native reader" in SPANISH.header

    def test_is_what_the_pages_say(self):
        with translation.override("es"):
            assert gettext("Half weight") == "Medio peso"
            assert ngettext("In %(days)s day", "In %(days)s days", 3) % {"days": 3} == "En 3 días"


class TestTheSearchForTexts:
    def test_reads_python_under_whatever_name_gettext_was_imported(self):
        source = (
            "from django.utils.translation import gettext as _\n"
            "from django.utils.translation import gettext_lazy as _lazy\n"
            "from django.utils.translation import ngettext, pgettext\n"
            "A = _lazy('One ' 'text')\nB = pgettext('bone', 'Set')\n"
            "def f(n, row):\n    return ngettext('%(n)s day', '%(n)s days', n), _(row.text), other('No')\n"
        )

        found = [(one.text, one.plural, one.context) for one in extract.in_python(source, "a.py")]

        assert sorted(found) == [("%(n)s day", "%(n)s days", ""), ("One text", "", ""), ("Set", "", "bone")]

    def test_reads_the_tags_and_filters_of_templates(self):
        source = (
            '{% translate "It’s" %}{{ on|date:_("l j F") }}{# translate "no" #}'
            "{% blocktranslate count n=n trimmed %}\n  {{ n }} day\n{% plural %}{{ n }} days{% endblocktranslate %}"
            '{% translate "Set" context "bone" %}'
        )

        found = [(one.text, one.plural, one.context) for one in extract.in_template(source, "a.html")]

        assert found == [
            ("It’s", "", ""),
            ("l j F", "", ""),
            ("%(n)s day", "%(n)s days", ""),
            ("Set", "", "bone"),
        ]


class TestFillingIn:
    def test_takes_translations_by_text_and_tells_of_those_that_nobody_asks_for(self):
        wanted = {
            "Day": extract.Message("Day"),
            "%(n)s day": extract.Message("%(n)s day", plural="%(n)s days"),
        }
        new = catalog.renew(polib.POFile(), wanted, "es")

        unknown = catalog.fill(
            new, {"Day": "Día", "%(n)s day": ["%(n)s día", "%(n)s días"], "Night": "Noche"}
        )

        assert unknown == ["Night"]
        assert catalog.missing(new) == []
        assert [said(entry) for entry in new] == [["Día"], ["%(n)s día", "%(n)s días"]]

    def test_keeps_what_was_translated_when_the_code_changes(self):
        old = catalog.renew(polib.POFile(), {"Day": extract.Message("Day")}, "es")
        catalog.fill(old, {"Day": "Día"})

        new = catalog.renew(
            old, {"Day": extract.Message("Day", places=["a.py"]), "Night": extract.Message("Night")}, "es"
        )

        assert [entry.msgstr for entry in new] == ["Día", ""]
