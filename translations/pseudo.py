"""Two made-up languages that no person is offered: they show whether pages hold other words than English.

``LONG`` is English with accents, in brackets and 40 % longer. What is without accents on a page did not go
through gettext. ``MIRRORED`` is English in Hebrew letters, which run from right to left.
"""

import re
from collections.abc import Callable
from math import ceil
from pathlib import Path

import polib

from translations.catalog import PLURALS, write
from translations.extract import Message

LONG, MIRRORED = "en-xa", "he"
GROWTH = 1.4
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçðéƒğĥîĵķļɱñöþɋŕšţûṽŵẋýžÅƁÇÐÉƑĞĤÎĴĶĻṀÑÖÞɊŔŠŢÛṼŴẊÝŽ",
)
_HEBREW = str.maketrans(dict(zip("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפקרשתאבגדה", strict=True)))
_KEPT = re.compile(r"(%\(\w+\)[sd]|\{\w*\}|<[^>]+>|&\w+;|https?://\S+)")
_DATE = re.compile(r"(?:[lDjFMYgiAH][ ,:]*)+")
_FILLER = " öñé ţŵö ţĥŕéé ƒöûŕ ƒîṽé šîẋ šéṽéñ éîğĥţ ñîñé ţéñ éļéṽéñ ţŵéļṽé"


def longer(text: str) -> str:
    """Return a text with accents, in brackets and at least 40 % longer. Spaces at its ends stay there."""
    said = _outside_of_places(text.strip(), lambda part: part.translate(_ACCENTED))
    missing = ceil(len(text.strip()) * GROWTH) - len(said) - 2
    filler = (_FILLER * (missing // len(_FILLER) + 1))[:missing] if missing > 0 else ""
    return text.replace(text.strip(), f"⟦{said}{filler[:-1] + filler[-1:].replace(' ', 'ö')}⟧", 1)


def mirrored(text: str) -> str:
    """Return a text in letters that run from right to left."""
    return _outside_of_places(text, lambda part: part.lower().translate(_HEBREW))


MAKERS: dict[str, Callable[[str], str]] = {LONG: longer, MIRRORED: mirrored}


def _outside_of_places(text: str, change: Callable[[str], str]) -> str:
    parts = _KEPT.split(text)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def write_catalogs(wanted: dict[str, Message], base: Path) -> None:
    """Compile the made-up languages below ``base``, as ``LOCALE_PATHS`` wants them. Date formats stay."""
    for language, make in MAKERS.items():
        catalog = polib.POFile(wrapwidth=0)
        catalog.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": PLURALS["es"]}
        for message in wanted.values():
            said = message.text if _DATE.fullmatch(message.text) else make(message.text)
            catalog.append(
                polib.POEntry(
                    msgid=message.text,
                    msgctxt=message.context or None,
                    msgid_plural=message.plural,
                    msgstr="" if message.plural else said,
                    msgstr_plural={0: said, 1: make(message.plural)} if message.plural else {},
                )
            )
        write(catalog, "en_XA" if language == LONG else language, base)
