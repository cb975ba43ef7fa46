"""Read, complete and write the catalogs below ``locale/``."""

from pathlib import Path
from typing import Any

import polib
from django.conf import settings

from translations.extract import CLINICAL, Message

PLURALS = {"es": "nplurals=2; plural=(n != 1);"}
NOTE = """Bonestep in Spanish: plain words, usted, for readers of 9 to 11 and older.
Needs review by a native reader. Texts marked "clinical" need one who is a clinician too."""


def path_of(language: str, kind: str = "po", base: Path | None = None) -> Path:
    """Return where a language's catalog is kept: ``po`` for people, ``mo`` compiled for the app."""
    return (base or Path(settings.BASE_DIR) / "locale") / language / "LC_MESSAGES" / f"django.{kind}"


def read(language: str) -> polib.POFile:
    """Return a language's catalog, an empty one where there is none."""
    path = path_of(language)
    return polib.pofile(str(path), wrapwidth=0) if path.exists() else polib.POFile(wrapwidth=0)


def key_of(entry: polib.POEntry) -> str:
    """Return what names an entry: its text, after its context if it has one."""
    return f"{entry.msgctxt}\x04{entry.msgid}" if entry.msgctxt else str(entry.msgid)


def renew(old: polib.POFile, wanted: dict[str, Message], language: str) -> polib.POFile:
    """Return the catalog of exactly the wanted texts, with the translations that the old one has."""
    done = {key_of(entry): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=0)
    new.header = NOTE
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    new.extend(_entry(message, done.get(key)) for key, message in wanted.items())
    return new


def _entry(message: Message, old: polib.POEntry | None) -> polib.POEntry:
    told = {"msgstr": "" if message.plural or old is None else old.msgstr}
    return polib.POEntry(
        msgid=message.text,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        msgstr_plural=_plurals(old) if message.plural else {},
        comment=CLINICAL if message.is_clinical else "",
        occurrences=[(place, "") for place in message.places],
        flags=["python-brace-format" if message.is_clinical and "{" in message.text else "python-format"]
        if "%(" in message.text or (message.is_clinical and "{" in message.text)
        else [],
        **told,
    )


def _plurals(old: polib.POEntry | None) -> dict[int, str]:
    return dict(old.msgstr_plural) if old is not None and old.msgstr_plural else {0: "", 1: ""}


def missing(catalog: polib.POFile) -> list[dict[str, Any]]:
    """List what has no translation yet, as a translator needs it."""
    return [
        {"key": key_of(entry), "plural": entry.msgid_plural, "clinical": entry.comment == CLINICAL,
         "places": [place for place, _line in entry.occurrences][:3]}
        for entry in catalog
        if not entry.translated()
    ]  # fmt: skip


def fill(catalog: polib.POFile, words: dict[str, str | list[str]]) -> list[str]:
    """Write translations into a catalog, plural ones as ``[one, other]``. Return the keys nobody asks for."""
    entries = {key_of(entry): entry for entry in catalog}
    for key, said in words.items():
        if entry := entries.get(key):
            if isinstance(said, list):
                entry.msgstr_plural = dict(enumerate(said))
            else:
                entry.msgstr = said
    return [key for key in words if key not in entries]


def write(catalog: polib.POFile, language: str, base: Path | None = None) -> None:
    """Write a catalog for people and compile it for the app."""
    path_of(language, base=base).parent.mkdir(parents=True, exist_ok=True)
    catalog.save(str(path_of(language, base=base)))
    path_of(language, "mo", base).write_bytes(catalog.to_binary())
