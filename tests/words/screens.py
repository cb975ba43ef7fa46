"""Every screen that a patient can reach by links, and the words on it, block by block."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.test import Client

FIRST = [
    "/today/",
    "/log/",
    "/recovery/",
    "/help/",
    "/reminders/",
    "/medicines/",
    "/medicines/new/",
    "/me/",
    "/privacy/",
]
SIGNED_OUT = [
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/help/",
    "/privacy/",
    "/nowhere/",
]
AT_MOST = 80
_LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
_ONE_OF_MANY = re.compile(r"[0-9a-f-]{36}|\d{4}-\d\d-\d\d|\d+")
_NOT_A_PAGE = re.compile(r"^/(static|api|dev|admin)/|logout|\.\w+$|\.\w+\?")
INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "cite",
    "code",
    "em",
    "i",
    "mark",
    "q",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
    "u",
    "wbr",
}
SILENT = {"script", "style", "template", "noscript"}
NO_END = {"br", "hr", "img", "input", "link", "meta", "wbr"}


def screens(browser: Client, first: list[str] = FIRST) -> Iterator[tuple[str, str]]:
    """Yield the address and the HTML of each screen reached from the first ones; one of many alike is enough."""
    waiting, seen = list(first), set()
    while waiting and len(seen) < AT_MOST:
        path = waiting.pop(0)
        kind = _ONE_OF_MANY.sub("#", path)
        if kind in seen or _NOT_A_PAGE.search(path):
            continue
        seen.add(kind)
        answer = browser.get(path)
        if answer.status_code in (301, 302):
            waiting.append(answer.url)
        elif answer.headers["Content-Type"].startswith("text/html"):
            html = answer.content.decode()
            yield path, html
            waiting += [link.replace("&amp;", "&") for link in _LINK.findall(html)]


class _Blocks(HTMLParser):
    """Cut a page into blocks: what a person reads in one go. ``within`` is the element to read."""

    def __init__(self, within: str) -> None:
        super().__init__()
        self.within, self.depth, self.silent = within, 0, 0
        self.blocks: list[str] = [""]
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in NO_END and (self.depth or tag == self.within):
            self.depth += 1
        if tag in SILENT:
            self.silent += 1
        told = dict(attrs)
        if tag not in INLINE or "small" in (told.get("class") or "").split():
            self.blocks.append("")
        if self.depth:
            names = ("aria-label", "alt", "title", "placeholder", "data-confirm")
            self.said += [said for name in names if (said := told.get(name))]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in NO_END and self.depth:
            self.depth -= 1
        if tag in SILENT:
            self.silent -= 1
        if tag not in INLINE:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if self.depth and not self.silent:
            self.blocks[-1] += data


def blocks(html: str, within: str = "main", *, spoken: bool = False) -> list[str]:
    """Return the texts of a page, and with ``spoken`` the names that only a screen reader says."""
    reader = _Blocks(within)
    reader.feed(html)
    texts = [*reader.blocks, *(reader.said if spoken else [])]
    return [text for one in texts if (text := " ".join(one.split()))]
