"""Patients can read it: grade 6 or less by Flesch-Kincaid, and no sentence over 20 words.

Three looks at the same rule. Every text of the clinical tables and of the patient's templates and code: the
grade of each with 8 words or more, the length of every sentence. Every page as patients see it: the same, and
the grade of all its words together, so that labels count too.
"""

import re

import pytest

from recovery.protocols import load, patient_texts
from tests.words.conftest import PATIENTS
from tests.words.grade import HIGHEST_GRADE, LEAST_WORDS, LONGEST_SENTENCE, read, syllables
from tests.words.screens import SIGNED_OUT, blocks, screens
from translations import extract

KNOWN = {
    "The skin around a pin is red, sore or leaking, or a pin or frame part is loose or has moved.": "21 words",
    "Ask a pharmacist or doctor to review your medicines": "three words that have no shorter ones",
    "Balance exercises most days (15-20 minutes), only when your weight plan allows": "no verb, no full stop",
}
"""Texts of the frozen tables above the limit, and why. The next release of the content puts them right."""
DJANGO = "Your password can’t be too similar to your other personal information."
"""Django's own sentence, beside three easy ones."""
DATA = re.compile(r"[A-Z][\w+-]*(/[\w +-]+)+$|\S+@\S+$|\w+day \d+ \w+( \d{4})?(, [\d:]+ [ap]m)?$")
"""The name of a time zone (a list of hundreds), an address, a date."""
STAFF = re.compile(
    r"^templates/(recovery/clinic|config|reminders/(receipts|unreached|morning|_reach|email/staff))"
    r"|^templates/(accounts/(clinic|carers|mail|token_made)|403_csrf)|clinic_|/clinic\.py|/admin|/models|^config/"
    r"|/api/|/management|^recovery/(domain|services)|^accounts/(queries|querysets|services/(care|invite|audit))"
    r"|^reminders/(queries/(desk|digest)|services/bounces)"
)
"""Where texts stand that only staff, operators and programs read."""


def plain(text: str) -> str:
    """Return a text without its tags, with a number in each place to fill in."""
    return re.sub(r"%\(\w+\)[sd]|\{\w*\}", "9", re.sub(r"<[^>]+>", "", text))


def faults(texts: list[str]) -> list[str]:
    """Name the texts that are too hard, or hold a sentence that is too long."""
    found = []
    for text in dict.fromkeys(texts):
        reading = read(text)
        if reading.longest > LONGEST_SENTENCE:
            found.append(f"{reading.longest} words in one sentence: {text}")
        elif reading.words >= LEAST_WORDS and reading.grade > HIGHEST_GRADE:
            found.append(f"grade {reading.grade:.1f}: {text}")
    return found


class TestTheTexts:
    def test_of_the_clinical_tables_are_easy_but_for_those_that_are_known(self):
        texts = [plain(one.text) for one in patient_texts(load())]

        assert len(texts) > 500
        assert [one for one in faults(texts) if one.split(": ", 1)[1] not in KNOWN] == []
        assert len(faults(texts)) == len(KNOWN) == 3, "a text that is put right leaves the list"

    def test_of_the_patients_pages_and_mails_are_easy(self):
        messages = [one for one in extract.messages().values() if not one.is_clinical]
        theirs = [one for one in messages if not all(STAFF.search(place) for place in one.places)]
        texts = [plain(text) for one in theirs for text in (one.text, one.plural) if text]

        assert len(texts) > 500
        assert faults(texts) == []


@pytest.mark.django_db
class TestThePages:
    @pytest.mark.parametrize("who", PATIENTS)
    def test_of_a_patient_are_easy(self, sign_in, who):
        self.judge(dict(screens(sign_in(who))), least=9)

    def test_of_a_visitor_are_easy(self, client, demo):
        self.judge(dict(screens(client, SIGNED_OUT)), least=5)

    def judge(self, pages: dict[str, str], *, least: int) -> None:
        """Fail with what is hard on these pages."""
        assert len(pages) >= least, pages.keys()
        hard = []
        for path, html in pages.items():
            texts = [text for text in blocks(html) if text not in {*KNOWN, DJANGO} and not DATA.match(text)]
            hard += [f"{path}: {fault}" for fault in faults(texts)]
            if (grade := read(*texts).grade) > HIGHEST_GRADE:
                hard.append(f"{path}: grade {grade:.1f} over all")

        assert "\n".join(hard) == ""


class TestTheMeasure:
    @pytest.mark.parametrize(
        ("word", "count"),
        [("pain", 1), ("physio", 3), ("medicine", 3), ("you’re", 1), ("kyphoplasty", 4), ("x", 1)],
    )
    def test_counts_syllables(self, word, count):
        assert syllables(word) == count

    def test_gives_the_grade_that_its_formula_gives(self):
        reading = read("The cat sat on the mat. It was happy.")

        assert (reading.words, reading.sentences, reading.syllables) == (9, 2, 10)
        assert reading.grade == pytest.approx(0.39 * 4.5 + 11.8 * 10 / 9 - 15.59)

    def test_finds_a_text_that_is_hard_and_a_sentence_that_is_long(self):
        hard = "Postoperative immobilisation necessitates individualised rehabilitation under professional supervision."
        long = "We go " + "on and on " * 7 + "now."

        assert [fault.partition(":")[0] for fault in faults([hard, long])] == [
            "grade 42.1",
            "24 words in one sentence",
        ]

    def test_leaves_names_and_numbers_out(self):
        assert read("Call Riverside Rehabilitation on 020 7946 0111 now.").words == read("Call on now.").words
