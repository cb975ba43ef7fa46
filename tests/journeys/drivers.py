"""Two ways to use the app as a person: by plain HTTP and HTML forms without JavaScript, and in Chromium.

Both read the page that the server sent and submit a form that stands on it, so a journey cannot send what the
page does not offer.
"""

import json
import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener

Value = str | list[str] | bool


class Driver(Protocol):
    """A person's browser. It counts what the person does, and the seconds that they wait for pages."""

    taps: int
    swipes: int
    waited_seconds: float

    def open(self, path: str) -> None:
        """Go to a page."""

    def follow(self, address: str) -> None:
        """Press the first link of the page whose address matches ``address``."""

    def submit(self, action: str, *, button: str = "", saying: str = "", **values: Value) -> None:
        """Fill in the form whose action matches ``action`` and that says ``saying``, and send it."""

    @property
    def text(self) -> str:
        """Return the words on the page."""

    @property
    def path(self) -> str:
        """Return the address of the page, without the host."""

    @property
    def html(self) -> str:
        """Return the page as it stands."""

    def links(self) -> list[str]:
        """Return where the page links to."""

    def read(self, path: str) -> Any:
        """Return what the API answers at an address, in this person's session."""


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, set[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""


class Page(HTMLParser):
    """The forms, links and words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.hrefs: list[str] = []
        self.words: list[str] = []
        self._select: str = ""
        self._textarea: str = ""
        self._typed: list[str] = []
        self._silent = 0
        self._form: Form | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "title"}:
            self._silent += 1
        if tag == "a" and "href" in a:
            self.hrefs.append(a["href"])
        if tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower())
            self.forms.append(self._form)
        if not self.forms:
            return
        form = self.forms[-1]
        if tag == "input":
            self._input(form, a)
        elif tag == "select":
            self._select = a.get("name", "")
            form.names.add(self._select)
            form.choices.setdefault(self._select, set())
        elif tag == "option" and self._select:
            form.choices[self._select].add(a.get("value", ""))
            if "selected" in a:
                form.values.append((self._select, a.get("value", "")))
        elif tag == "textarea":
            self._textarea, self._typed = a.get("name", ""), []
            form.names.add(self._textarea)
        elif tag == "button" and a.get("name"):
            form.buttons.append((a["name"], a.get("value", "")))

    def _input(self, form: Form, a: dict[str, str]) -> None:
        name, kind = a.get("name", ""), a.get("type", "text")
        if not name or kind in {"submit", "button"}:
            return
        form.names.add(name)
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, set()).add(a.get("value", "on"))
            if "checked" not in a:
                return
        form.values.append((name, a.get("value", "on" if kind == "checkbox" else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "title"}:
            self._silent -= 1
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""
        if tag == "textarea" and self.forms:
            self.forms[-1].values.append((self._textarea, "".join(self._typed).lstrip("\n")))
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._typed.append(data)
            return
        if self._form is not None:
            self._form.words += data
        if not self._silent:
            self.words.append(data)


class HtmlDriver:
    """Plain HTTP and HTML forms: a browser with JavaScript off."""

    def __init__(self, base: str) -> None:
        self.base, self.url, self.html, self.status = base, base, "", 0
        self.taps, self.swipes, self.waited_seconds = 0, 0, 0.0
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self._opener.addheaders = [("User-Agent", "journey"), ("Accept-Language", "en")]

    def open(self, path: str) -> None:
        """Go to a page; any status is accepted and kept."""
        self._send(Request(urljoin(self.base, path)))

    def follow(self, address: str) -> None:
        """Press the first link of the page whose address matches ``address``."""
        found = [one for one in self.links() if re.search(address, one)]
        assert found, f"no link to {address} on {self.path}; there are {self.links()}"
        self.taps += 1
        self.open(urljoin(self.url, found[0]))

    def _send(self, request: Request) -> None:
        since = time.monotonic()
        request.add_header("Referer", self.url)
        try:
            with self._opener.open(request, timeout=30) as answer:
                self.status, self.url, body = answer.status, answer.url, answer.read()
        except HTTPError as refused:
            self.status, self.url, body = refused.code, refused.url or self.url, refused.read()
        assert self.status < 500, f"{self.url} answered {self.status}"
        self.html = body.decode()
        self.waited_seconds += time.monotonic() - since

    def submit(self, action: str, *, button: str = "", saying: str = "", **values: Value) -> None:
        """Send the form whose action holds ``action``, with what stands in it and ``values``."""
        page = Page(self.html)
        path = self.path
        found = [one for one in page.forms if re.search(action, one.action or path) and saying in one.words]
        assert found, f"no form for {action} on {path}; there are {[one.action for one in page.forms]}"
        form = found[0]
        data = [(name, value) for name, value in form.values if name not in values]
        for name, value in values.items():
            given = [(name, one) for one in self._legal(form, name, value)]
            self.taps += len(set(given) - set(form.values))
            data += given
        self.taps += 1
        if button:
            data += [one for one in form.buttons if button in one][:1]
        target = urljoin(self.url, form.action or self.url)
        if form.method == "post":
            self._send(Request(target, urlencode(data).encode()))
        else:
            self._send(Request(f"{target.split('?')[0]}?{urlencode(data)}"))

    def _legal(self, form: Form, name: str, value: Value) -> list[str]:
        assert name in form.names, f"{name} is not on the form; there are {sorted(form.names)}"
        if value is False:
            return []
        given = ["on"] if value is True else [value] if isinstance(value, str) else value
        if value is True and form.choices.get(name):
            given = sorted(form.choices[name])
        for one in given:
            assert name not in form.choices or one in form.choices[name], (
                f"{one!r} is not a choice of {name}: {sorted(form.choices[name])}"
            )
        return given

    @property
    def text(self) -> str:
        """Return the words on the page."""
        return re.sub(r"\s+", " ", " ".join(Page(self.html).words)).replace("\u00a0", " ")

    @property
    def path(self) -> str:
        """Return the address of the page, without the host."""
        return "/" + self.url.split("/", 3)[3] if self.url.count("/") > 2 else "/"

    def links(self) -> list[str]:
        """Return where the page links to."""
        return Page(self.html).hrefs

    def read(self, path: str) -> Any:
        """Return what the API answers at an address, in this person's session."""
        with self._opener.open(urljoin(self.base, path), timeout=30) as answer:
            return json.load(answer)
