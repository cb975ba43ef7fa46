"""What a visit of a page weighs on the wire, and how many database queries it costs.

A second visit brings no static file: their hashed names may be kept for ever. It brings the page, and the
manifest, whose name never changes.

``python -m benchmarks.pages`` prints it for the demo people; the tests hold the figures to their budgets.
"""

import gzip
import re
from dataclasses import dataclass

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

_ASSET = re.compile(r'<(?:link[^>]+rel="stylesheet"[^>]+href|script[^>]+src)="/static/([^"]+)"')
_UNHASHED = re.compile(r'<(?:link|script|img)[^>]+(?:href|src)="(/(?!static/)[^"]+)"')
_HASH = re.compile(r"\.[0-9a-f]{12}(?=\.)")


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes after gzip, requests, and database queries of one visit."""

    html: int
    assets: int
    requests: int
    queries: int

    @property
    def total(self) -> int:
        """Return all bytes of the visit."""
        return self.html + self.assets


def first_visit(browser: Client, path: str) -> Weight:
    """Weigh a page with the style sheets and scripts it names, all compressed with gzip at level 6."""
    content, queries = _opened(browser, path)
    names = set(_ASSET.findall(content.decode()))
    return Weight(_squeezed(content), sum(_asset(name) for name in names), 1 + len(names), queries)


def second_visit(browser: Client, path: str) -> Weight:
    """Weigh a page with what a browser asks for again: all that it names outside the static files."""
    _opened(browser, path)
    content, queries = _opened(browser, path)
    again = set(_UNHASHED.findall(content.decode()))
    bodies = [_opened(browser, address)[0] for address in again]
    return Weight(_squeezed(content), sum(_squeezed(body) for body in bodies), 1 + len(again), queries)


def _opened(browser: Client, path: str) -> tuple[bytes, int]:
    """Return what an address answers, uncompressed, and how many queries that took."""
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    return b"".join(answer.streaming_content) if answer.streaming else answer.content, len(queries)


def _asset(name: str) -> int:
    found = finders.find(_HASH.sub("", name))
    assert isinstance(found, str), name
    with open(found, "rb") as file:
        return _squeezed(file.read())


def _squeezed(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def main() -> None:
    """Print a line for each page, as the demo people see it."""
    from accounts.models import User

    for email, path in (
        ("", "/accounts/login/"),
        ("pat@demo.example", "/today/"),
        ("pat@demo.example", "/log/"),
        ("thea@demo.example", "/patients/"),
    ):
        browser = Client(headers={"host": "localhost"})
        if email:
            browser.force_login(
                User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend"
            )
        for name, weight in (
            ("first", first_visit(browser, path)),
            ("again", second_visit(browser, path)),
        ):
            print(
                f"{path:20} {name} {weight.total / 1000:6.1f} KB (page {weight.html / 1000:.1f}), "
                f"{weight.requests} requests, {weight.queries} queries"
            )


if __name__ == "__main__":
    import django

    django.setup()
    main()
