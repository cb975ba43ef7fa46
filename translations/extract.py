"""Find every text that goes through gettext: in Python, in templates, and in the clinical tables."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

from recovery import protocols

PACKAGES = ("accounts", "recovery", "reminders", "config")
CLINICAL = "clinical"
_CONTEXT = re.compile(r"n?p(?=gettext)")
_LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(_|n?p?gettext)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)")


@dataclass(slots=True)
class Message:
    """A text to translate. ``places`` are files, or rows of a clinical table."""

    text: str
    plural: str = ""
    context: str = ""
    places: list[str] = field(default_factory=list)
    is_clinical: bool = False

    @property
    def key(self) -> str:
        """Return what names it in a file of translations: its text, after its context if it has one."""
        return f"{self.context}\x04{self.text}" if self.context else self.text


def messages(root: Path | None = None) -> dict[str, Message]:
    """Return every text by its key, in the order of files; clinical ones last."""
    found: dict[str, Message] = {}
    for one in _all(root or Path(settings.BASE_DIR)):
        known = found.setdefault(one.key, one)
        known.plural = known.plural or one.plural
        known.is_clinical |= one.is_clinical
        known.places += [place for place in one.places if place not in known.places]
    return found


def _all(root: Path) -> Iterator[Message]:
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            if "migrations" not in file.parts:
                yield from in_python(file.read_text(encoding="utf-8"), file.relative_to(root).as_posix())
    for file in sorted((root / "templates").rglob("*")):
        if file.is_file():
            yield from in_template(file.read_text(encoding="utf-8"), file.relative_to(root).as_posix())
    for text in protocols.patient_texts(protocols.load()):
        yield Message(text.text, places=[text.place], is_clinical=True)


def in_python(source: str, place: str) -> Iterator[Message]:
    """Yield the texts that a module gives to gettext, under whatever name it imported it."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            function = names.get(name, name if "gettext" in name else "")
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            if function and texts and isinstance(node.args[0], ast.Constant):
                yield _message(function, [str(text) for text in texts], place)


def in_template(source: str, place: str) -> Iterator[Message]:
    """Yield the texts of a template's translation tags and filters."""
    for call in _CALL.finditer(templatize(source)):
        texts = [ast.literal_eval(text) for text in re.findall(_LITERAL, call[2])]
        yield _message(call[1], texts, place)


def _message(function: str, texts: list[str], place: str) -> Message:
    context = texts.pop(0) if _CONTEXT.match(function) else ""
    plural = texts[1] if function.startswith("n") and function != "npgettext_noop" else ""
    return Message(
        texts[0], plural=plural if "_noop" not in function else "", context=context, places=[place]
    )
