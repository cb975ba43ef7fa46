"""The access matrix: every address of pages and API, times every member of the cast.

A new address fails here until it stands in the matrix. Addresses that name a thing name one of Pat's.
"""

import pytest
from django.db import transaction
from django.http import HttpResponse

from accounts.models import User
from recovery.models import LogRevision, PlanVersion, SetDone
from recovery.queries.clinic_plan import fingerprint
from tests.addresses import ELSEWHERE, address_of, names, patterns, things_of_pat

pytestmark = pytest.mark.django_db

JSON = "application/json"
EVERYBODY = {"pat", "otto", "thea", "olga", "max", "cleo", "finn", "operator", "visitor"}
SIGNED_IN = EVERYBODY - {"visitor"}
PATIENTS = {"pat", "otto"}
PAT = {"pat"}
CARERS = {"thea", "max"}
STAFF = {"thea", "olga", "max", "cleo", "finn"}
MANAGER = {"cleo"}

PAGES = {
    **dict.fromkeys(("home", "manifest", "favicon", "recovery:help", "recovery:help_result"), EVERYBODY),
    "accounts:privacy": EVERYBODY,
    **dict.fromkeys(("service-worker", "recovery:offline", "recovery:offline_help"), EVERYBODY),
    "recovery:programme": PATIENTS,
    **dict.fromkeys(("api-schema", "api-docs", "api-index"), EVERYBODY),
    **dict.fromkeys(
        (
            "accounts:me",
            "accounts:time_zone",
            "accounts:display",
            "accounts:data",
            "accounts:data_file",
            "accounts:devices",
            "accounts:end_others",
            "accounts:make_token",
            "accounts:accept_privacy",
        ),
        SIGNED_IN,
    ),
    **dict.fromkeys(("accounts:revoke_token", "accounts:end_device"), PAT),
    "accounts:access": PATIENTS,
    **dict.fromkeys(
        (
            "accounts:clinic",
            "accounts:set_clinic",
            "accounts:invite_staff",
            "accounts:end_membership",
        ),
        MANAGER,
    ),
    **dict.fromkeys(("accounts:resend", "accounts:withdraw"), MANAGER | CARERS),
    "accounts:carers": MANAGER | CARERS,
    **dict.fromkeys(("reminders:receipts", "reminders:try_again"), CARERS),
    **dict.fromkeys(("reminders:unreached", "reminders:morning", "reminders:try_own_again"), STAFF),
    **dict.fromkeys(
        ("accounts:invite_patient", "accounts:take_on", "accounts:end_care"),
        MANAGER | CARERS,
    ),
    **dict.fromkeys(
        (
            "recovery:today",
            "recovery:log",
            "recovery:log_on",
            "recovery:photos",
            "recovery:timeline",
            "recovery:charts",
            "recovery:x_rays",
            "recovery:sheet",
            "recovery:questions",
            "recovery:programme",
            "recovery:medicines",
            "recovery:medicine_new",
            "reminders:settings",
            "reminders:list",
        ),
        PATIENTS,
    ),
    **dict.fromkeys(
        (
            "recovery:saved",
            "recovery:log_undo",
            "recovery:photo_delete",
            "recovery:exercise",
            "recovery:count",
            "recovery:set_done",
            "recovery:set_undo",
            "recovery:it_hurt",
            "recovery:visit",
            "recovery:visit_ics",
            "recovery:cannot_come",
            "recovery:question",
            "recovery:question_asked",
            "recovery:question_remove",
            "recovery:question_put_back",
            "recovery:medicine",
            "recovery:medicine_stop",
            "recovery:medicine_resume",
        ),
        PAT,
    ),
    **dict.fromkeys(("recovery:patients", "recovery:new_patient"), STAFF),
    **dict.fromkeys(
        (
            f"recovery:{name}"
            for name in [
                "patient",
                "clinic_sheet",
                "fracture",
                "repair",
                "details",
                "dates",
                "close",
                "reopen",
                "log_for",
                "alert_acknowledge",
                "alert_close",
                "plan",
                "plan_draft",
                "plan_confirm",
                "plan_discard",
                "plan_range",
                "plan_film",
                "load_release",
                "phase_release",
                "exercises",
                "assign",
                "exercise_pause",
                "exercise_resume",
                "exercise_end",
                "clinic_medicines",
                "clinic_medicine_new",
                "clinic_medicine",
                "clinic_medicine_stop",
                "clinic_medicine_resume",
                "x_ray_new",
                "x_ray_correct",
                "visit_new",
                "visit_move",
                "visit_cancel",
                "visit_finish",
            ]
        ),
        CARERS,
    ),
    "recovery:photo": PAT | CARERS,
    "api-me": SIGNED_IN,
    "api-tokens": SIGNED_IN,
    "api-token": PAT,
    **dict.fromkeys(
        (
            "api-recoveries",
            "api-logs",
            "api-exercises",
            "api-sets",
            "api-medicines",
            "api-visits",
            "api-x-rays",
            "api-alerts",
            "api-protocols",
            "api-protocol",
            "api-library",
            "api-move",
            "api-reminders",
        ),
        SIGNED_IN,
    ),
    **dict.fromkeys(("reminders:test", "api-preferences", "api-preferences-test"), PATIENTS),
    **dict.fromkeys(
        (
            "api-recovery",
            "api-timeline",
            "api-plan",
            "api-repairs",
            "api-log",
            "api-exercise",
            "api-set",
            "api-medicine",
            "api-medicine-stop",
            "api-medicine-resume",
            "api-visit",
            "api-x-ray",
            "api-alert",
            "api-reminder",
        ),
        PAT | CARERS,
    ),
    **dict.fromkeys(
        (
            "api-recovery-close",
            "api-plan-draft",
            "api-plan-confirm",
            "api-plan-release",
            "api-exercise-pause",
            "api-exercise-resume",
            "api-exercise-end",
            "api-visit-cancel",
            "api-visit-finish",
            "api-alert-acknowledge",
            "api-alert-close",
        ),
        CARERS,
    ),
    "api-visit-cannot-come": PAT,
}
"""Who gets an answer that is neither "not found" nor "sign in first"."""

BODIES = {
    "close/": {"reason": "healed", "note": "Phoned."},
    "plan/draft/": {"protocol": "distal-radius.plate"},
    "plan/release/": {"phase": "mobilise"},
    "end/": {"on": "2100-01-01"},
    "finish/": {"came": True},
}
"""What the API's acts need, so that they ask whose the thing is and not what is missing."""

WITHOUT_COOKIE = {"reminders:stop", "reminders:mail_report"}
"""Pages that take a POST from another site: each is held by a signature or a password."""


@pytest.fixture
def people(cast) -> dict[str, User | None]:
    """Return everybody by name, and an operator: they run the installation, and no clinic has taken them on."""
    operator = User.objects.create_superuser("operator@demo.example", name="Ole Berg")
    return {**cast.people(), "operator": operator}


@pytest.fixture
def addresses(cast) -> dict[str, object]:
    """Make one of each thing of Pat's, and say which thing each parameter of an address names."""
    return things_of_pat(cast)


def ask(browser, address: str) -> HttpResponse:
    """Ask by the first method that the address takes, with nothing in the body, and undo what it did."""
    with transaction.atomic():
        answer = browser.get(address)
        for method in (browser.post, browser.delete):
            if answer.status_code == 405:
                answer = (
                    method(address, _body(address), content_type=JSON)
                    if "/api/" in address
                    else method(address, _form(address))
                )
        transaction.set_rollback(True)
    assert answer.status_code < 500
    return answer


def post(browser, address: str) -> HttpResponse:
    """Send an empty form, and undo what it did."""
    with transaction.atomic():
        answer = browser.post(address, _form(address))
        transaction.set_rollback(True)
    return answer


def verdict(answer: HttpResponse) -> str:
    """Say whether an answer to a form is for somebody whose page it is."""
    status = answer.status_code
    if status == 405:
        return "takes no form"
    if status in {403, 404} or is_to_login(answer):
        return "closed"
    return "open" if 200 <= status < 400 or status == 422 else f"a surprise: {status}"


def is_to_login(answer: HttpResponse) -> bool:
    """Say whether an answer asks to sign in first."""
    return answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")


def _form(address: str) -> dict[str, object]:
    if not address.endswith("/undo/"):
        return {}
    return {"set_id": SetDone.objects.get().public_id, "save_id": LogRevision.objects.get().public_id}


def _body(address: str) -> dict[str, object]:
    if address.endswith("plan/confirm/"):
        draft = PlanVersion.objects.drafts().get()
        return {"plan": str(draft.public_id), "seen": fingerprint(draft, draft.films.all())}
    return next((body for end, body in BODIES.items() if address.endswith(end)), {})


def is_open(browser, address: str, missing: str) -> bool:
    """Say whether the address is this person's: it differs from that of a thing which does not exist."""
    if address != missing:
        nothing = ask(browser, missing)
        answer = ask(browser, address)
        return (answer.status_code, answer.content) != (nothing.status_code, nothing.content)
    answer = ask(browser, address)
    return answer.status_code not in {401, 403, 404} and not (is_to_login(answer) and address != "/")


class TestTheMatrix:
    def test_holds_every_address(self):
        assert " ".join(sorted(set(names()) ^ (set(PAGES) | set(ELSEWHERE)))) == ""

    def test_lets_no_other_site_post_but_where_a_signature_is_asked_for(self):
        pages = {name: one.callback for name, one in patterns() if not name.startswith("api-")}

        assert {name for name, view in pages.items() if getattr(view, "csrf_exempt", False)} == WITHOUT_COOKIE

    @pytest.mark.parametrize("who", sorted(EVERYBODY))
    def test_opens_to_each_what_is_theirs_and_nothing_else(self, people, browser_of, addresses, who):
        person = people[who]
        opened = {name for name in PAGES if is_open(browser_of(person), *address_of(name, addresses))}

        expected = {name for name, people in PAGES.items() if who in people}
        assert " ".join(sorted(opened - expected)) == "", "open to somebody whose it is not"
        assert " ".join(sorted(expected - opened)) == "", "closed to somebody whose it is"

    @pytest.mark.parametrize("who", sorted(EVERYBODY))
    def test_takes_a_form_from_each_for_what_is_theirs_and_nothing_else(
        self, people, browser_of, addresses, who
    ):
        browser, pages = browser_of(people[who]), [one for one in PAGES if not one.startswith("api-")]
        verdicts = {name: verdict(post(browser, address_of(name, addresses)[0])) for name in pages}

        expected = {name: "open" if who in PAGES[name] else "closed" for name in pages}
        wrong = {
            name: found for name, found in verdicts.items() if found not in {expected[name], "takes no form"}
        }
        assert wrong == {}
        assert "open" in verdicts.values()
