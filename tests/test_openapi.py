"""The API's description says what the API does."""

import re
from io import StringIO

import pytest
import yaml
from django.core.management import call_command
from django.urls import get_resolver

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@pytest.fixture(scope="module")
def schema(tmp_path_factory) -> dict:
    """Return the description, made as CI makes it; a warning is an error."""
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return yaml.safe_load(out.getvalue())


def operations(schema: dict) -> list[tuple[str, str, dict]]:
    """Return path, method and operation of everything but accounts' own."""
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]


def clinical(schema: dict) -> list[tuple[str, str, dict]]:
    """Return the operations on recoveries and reminders."""
    tags = {"recoveries", "logs", "exercises", "sets", "visits", "x-rays", "alerts", "reminders", "preferences",
            "medicines", "protocols", "library"}  # fmt: skip
    return [one for one in operations(schema) if tags & set(one[2]["tags"])]


class TestTheDescription:
    def test_names_every_resource_of_the_contract(self, schema):
        named = {path.removeprefix("/api/v1").strip("/").split("/")[0] for path in schema["paths"]}

        assert {"recoveries", "logs", "exercises", "sets", "visits", "x-rays", "alerts", "reminders", "preferences",
                "protocols", "library", "me", "tokens"} <= named  # fmt: skip

    def test_names_every_address_of_recoveries_and_reminders(self, schema):
        from recovery.api.urls import urlpatterns as of_recovery
        from reminders.api.urls import urlpatterns as of_reminders

        mounted = {PARAMETER.sub(r"{\1}", str(one.pattern)) for one in (*of_recovery, *of_reminders)}
        described = {path.removeprefix("/api/v1").lstrip("/") for path in schema["paths"]}

        assert mounted <= described
        assert get_resolver().resolve("/api/v1/logs/")

    def test_gives_every_operation_words_and_a_name_of_its_own(self, schema):
        names = [operation["operationId"] for _path, _method, operation in operations(schema)]

        assert len(names) == len(set(names))
        assert [
            path for path, _method, operation in operations(schema) if not operation.get("description")
        ] == []

    def test_tells_how_each_operation_refuses(self, schema):
        for path, method, operation in clinical(schema):
            told = set(operation["responses"])
            assert {"401", "403", "429"} <= told, (path, method)
            assert "400" in told, (path, method)
            assert "404" in told or "{" not in path, (path, method)
            if method != "get":
                assert {"404", "409", "415"} <= told, (path, method)

    def test_asks_for_a_key_or_a_session(self, schema):
        for path, method, operation in clinical(schema):
            schemes = {name for one in operation["security"] for name in one}
            assert schemes == {"key", "session"}, (path, method)

    def test_gives_lists_their_four_parts(self, schema):
        pages = [part for name, part in schema["components"]["schemas"].items() if name.endswith("Page")]

        assert pages
        for page in pages:
            assert set(page["properties"]) == {"count", "next", "previous", "results"}

    def test_names_the_questions_of_the_daily_log(self, schema):
        from recovery import protocols

        asked = {one.name for one in protocols.load().log_fields} - {"photo"}
        body = schema["components"]["schemas"]["LogSentRequest"]

        assert asked <= set(body["properties"])
        assert set(body["required"]) == {"id", "recovery", "day", "done_at", "pain_rest"}
