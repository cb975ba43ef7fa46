"""A clinic whose clinical content is not installed: a clear sentence on its pages, and help as always."""

import logging
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, Clinic, User
from recovery import protocols
from recovery.models import Alert, DailyLog, Recovery
from tests import recoveries

NOWHERE = "2027-99"
CANNOT = "The care tables of your clinic are missing, or they are damaged."


@pytest.fixture
def recovery(cast) -> Recovery:
    """Make Pat's wrist with a plate and a plan in force, and take the clinic's content away."""
    made = recoveries.make_recovery(cast.pat_record, by=cast.thea)
    Clinic.objects.update(content_version=NOWHERE)
    return made


@pytest.fixture
def open_browser() -> Callable[[User], Client]:
    """Return a function that opens a browser that shows faults as people see them."""

    def open_one(person: User) -> Client:
        browser = Client(raise_request_exception=False)
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return open_one


class TestPages:
    def test_say_what_is_missing_and_never_fall_over(self, open_browser, cast, recovery):
        record = f"/patients/{cast.pat_record.public_id}/"
        asked = {
            cast.pat: ("/today/", "/log/", "/recovery/"),
            cast.thea: ("/patients/?show=all", record, f"{record}plan/", f"{record}log/", f"{record}repair/"),
        }

        answers = [open_browser(person).get(path) for person, paths in asked.items() for path in paths]

        assert {one.status_code for one in answers} == {200, 503}
        assert all(CANNOT in one.content.decode() for one in answers if one.status_code == 503)

    def test_keep_what_was_typed(self, open_browser, cast, recovery):
        day = clock.local_day(clock.now(), cast.pat_record.time_zone)
        data = {"save_id": str(uuid4()), "filled": "", "pain_rest": "7", "note": "Slept badly."}

        answer = open_browser(cast.pat).post(f"/log/{day}/", data)

        assert answer.status_code == 503
        assert CANNOT in answer.content.decode()
        assert 'name="note" value="Slept badly."' in answer.content.decode()
        assert not DailyLog.objects.exists()

    def test_tell_the_log_which_version(self, open_browser, cast, recovery, caplog):
        with caplog.at_level(logging.INFO):
            open_browser(cast.thea).get(f"/patients/{cast.pat_record.public_id}/plan/")

        [line] = [one for one in caplog.records if one.levelno >= logging.WARNING]
        assert line.getMessage() == f"Answered 503: ContentError: content version '{NOWHERE}' is not here"
        assert line.exc_info is None


class TestACall:
    def test_is_answered_in_the_one_shape(self, api_of, cast, recovery):
        call = api_of(cast.pat)
        call.raise_request_exception = False
        body = {
            "id": str(uuid4()),
            "recovery": str(recovery.public_id),
            "day": str(clock.local_day(clock.now(), cast.pat_record.time_zone)),
            "done_at": clock.now().isoformat(),
            "pain_rest": 3,
        }

        answer = call.post("/api/v1/logs/", body)

        assert answer.status_code == 503
        [error] = answer.json()["errors"]
        assert (error["code"], error["attr"]) == ("unavailable", None)
        assert "clinical content" in error["detail"]


class TestHelp:
    def test_opens_with_every_warning_sign(self, open_browser, cast):
        for kind in (recoveries.WRIST_PLATE, recoveries.ANKLE_CAST):
            recoveries.make_fracture(cast.pat_record, by=cast.thea, kind=kind)
        Clinic.objects.update(content_version=NOWHERE)

        answer = open_browser(cast.pat).get("/help/")

        assert answer.status_code == 200
        assert all(f'value="{one}"' in answer.content.decode() for one in protocols.load().red_flags)

    def test_shows_its_advice_and_that_nobody_was_told(self, open_browser, cast, recovery):
        answer = open_browser(cast.pat).post("/help/", {"sign": "rf-pe"}, follow=True)

        assert b"Get help now" in answer.content
        assert b"This was not sent to anyone" in answer.content
        assert not Alert.objects.exists()


class TestTheOperatorsForm:
    @pytest.fixture
    def clinic(self, cast, recovery) -> Clinic:
        return Clinic.objects.get()

    @pytest.fixture
    def operator(self, open_browser, django_user_model) -> Client:
        return open_browser(django_user_model.objects.create_superuser("ops@example.org", "x", name="Ops"))

    def send(self, operator, clinic, version):
        address = f"/admin/accounts/clinic/{clinic.pk}/change/"
        shown = operator.get(address).context["adminform"].form
        sent = {name: shown[name].value() for name in shown.fields}
        sent = {name: "[]" if value == [] else value for name, value in sent.items() if value is not None}
        return operator.post(address, {**sent, "content_version": version})

    def test_offers_the_versions_that_are_installed(self, operator, clinic):
        form = operator.get(f"/admin/accounts/clinic/{clinic.pk}/change/").context["adminform"].form

        offered = [value for value, _words in form.fields["content_version"].choices]
        assert offered == ["", *protocols.versions()]

    @pytest.mark.parametrize("version", [NOWHERE, "", "../2026-11"])
    def test_refuses_any_other(self, operator, clinic, version):
        answer = self.send(operator, clinic, version)

        assert answer.status_code == 200
        assert list(answer.context["adminform"].form.errors) == ["content_version"]

    def test_puts_a_clinic_right(self, operator, clinic, open_browser, cast):
        answer = self.send(operator, clinic, protocols.CURRENT)

        assert answer.status_code == 302
        assert open_browser(cast.thea).get(f"/patients/{cast.pat_record.public_id}/plan/").status_code == 200
        row = AuditEvent.objects.get(action="clinic.changed_by_operator")
        assert "content_version" in row.detail["fields"]
