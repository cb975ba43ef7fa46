"""The script that keeps Help on the phone, and what it may keep."""

import json
import re

import pytest
from django.contrib.staticfiles import finders

from config import views

pytestmark = pytest.mark.django_db
SW = "/sw.js"


def kept_by(script: str) -> list[str]:
    """Return the addresses that the script puts into its cache."""
    pages = [re.search(rf'const {name} = "([^"]+)"', script)[1] for name in ("HELP", "OFFLINE")]
    return [*pages, *json.loads(re.search(r"const FILES = (\[.*?\]);", script)[1])]


class TestTheServiceWorker:
    def test_may_serve_the_whole_site_and_is_looked_for_anew_each_time(self, client):
        answer = client.get(SW)

        assert answer["Content-Type"] == "text/javascript"
        assert answer["Service-Worker-Allowed"] == "/"
        assert answer["Cache-Control"] == "no-cache"
        assert "worker-src 'self'" in answer["Content-Security-Policy"]

    def test_is_small(self, client):
        assert len(client.get(SW).content) <= 3000

    def test_keeps_only_what_is_the_same_for_everybody(self, cast, browser_of, client):
        kept = kept_by(client.get(SW).content.decode())

        pages = [one for one in kept if not one.startswith("/static/")]
        assert pages == ["/offline/help/", "/offline/"]
        for one in pages:
            as_pat = browser_of(cast.pat).get(one).content.decode()
            assert "Pat" not in client.get(one).content.decode()
            assert cast.pat.name not in as_pat

    def test_is_the_same_for_everybody(self, cast, browser_of, client):
        assert client.get(SW).content == browser_of(cast.pat).get(SW).content

    def test_keeps_files_that_exist(self):
        assert all(finders.find(name) for name in views.KEPT_FILES)

    def test_of_an_installation_with_another_number_to_call_replaces_the_old_one(self, client, settings):
        before = client.get(SW).content
        settings.DEFAULT_EMERGENCY_NUMBER = "999"
        views._kept_version.cache_clear()

        assert client.get(SW).content != before
        views._kept_version.cache_clear()

    def test_costs_no_query(self, client, django_assert_num_queries):
        with django_assert_num_queries(0):
            client.get(SW)


class TestThePagesItKeeps:
    @pytest.mark.parametrize("path", ["/offline/", "/offline/help/"])
    def test_cost_no_query_and_send_no_form(self, client, django_assert_num_queries, path):
        with django_assert_num_queries(0):
            page = client.get(path).content.decode()

        assert 'method="post"' not in page
        assert "csrfmiddlewaretoken" not in page

    @pytest.mark.parametrize("path", ["/offline/", "/offline/help/"])
    def test_lead_to_help_and_the_emergency_number(self, client, path):
        page = client.get(path).content.decode()

        assert 'href="/help/"' in page
        assert "tel:112" in page


class TestTheManifest:
    def test_leads_from_the_phones_own_screen_to_the_log_and_to_help(self, client):
        app = json.loads(client.get("/manifest.webmanifest").content)

        assert [one["url"] for one in app["shortcuts"]] == ["/log/", "/help/"]
        assert app["display"] == "standalone"
        assert [one["purpose"] for one in app["icons"] if "purpose" in one] == ["maskable"]
