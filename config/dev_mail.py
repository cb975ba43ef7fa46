"""The mails that were kept instead of sent: only for a demo on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

_BETWEEN = b"\n" + b"-" * 79 + b"\n"
"""What Django's file backend writes after every mail of one file."""

MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class Mail:
    """One kept mail. ``number`` counts within its file, from 1."""

    name: str
    number: int
    to: str
    subject: str
    sent: str
    text: str


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the kept mails, the newest first."""
    _refuse_outside_demo()
    mails = [mail for file in _files()[:MOST_FILES] for mail in reversed(list(_mails(file)))]
    return render(request, "config/mails.html", {"mails": mails})


@require_safe
def detail(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show one kept mail's text with its links."""
    _refuse_outside_demo()
    for file in _files():
        if file.name == name:
            for mail in _mails(file):
                if mail.number == number:
                    return render(request, "config/mail.html", {"mail": mail})
    raise Http404


def _refuse_outside_demo() -> None:
    if settings.MAIL_SERVER.host or not settings.IS_LOOPBACK or not settings.DEMO:
        raise Http404


def _files() -> list[Path]:
    folder: Path = settings.MAIL_DIR
    if not folder.is_dir():
        return []
    kept = [file for file in folder.iterdir() if file.suffix in {".eml", ".log"}]
    return sorted(kept, key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)


def _mails(file: Path) -> Iterator[Mail]:
    whole = file.read_bytes().replace(b"\r\n", b"\n")
    parts = whole.split(_BETWEEN) if file.suffix == ".log" else [whole]
    for number, part in enumerate((part for part in parts if part.strip()), start=1):
        yield _mail(file.name, number, message_from_bytes(part, policy=policy.default))


def _mail(name: str, number: int, message: EmailMessage) -> Mail:
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    header = {key: str(message.get(key, "")) for key in ("To", "Subject", "Date")}
    return Mail(name, number, header["To"], header["Subject"], header["Date"], text)
