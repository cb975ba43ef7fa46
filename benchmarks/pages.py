"""What a first visit of a page weighs on the wire, and how many database queries it costs.

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
_HASH = re.compile(r"\.[0-9a-f]{12}(?=\.)")


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes after gzip, requests, and database queries of one first visit."""

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
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = browser.get(path)
    assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    names = set(_ASSET.findall(answer.content.decode()))
    return Weight(
        html=_squeezed(answer.content),
        assets=sum(_asset(name) for name in names),
        requests=1 + len(names),
        queries=len(queries),
    )


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
        weight = first_visit(browser, path)
        print(
            f"{path:20} {weight.total / 1000:6.1f} KB (page {weight.html / 1000:.1f}), "
            f"{weight.requests} requests, {weight.queries} queries"
        )


if __name__ == "__main__":
    import django

    django.setup()
    main()
