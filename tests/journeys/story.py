"""The first whole recovery, told once and lived twice: without JavaScript, and in Chromium at phone width.

The steps of it: invitations; the fracture, its repair and a plan; exercises and visits; the reminders of the
next morning; a day's log with a warning sign; the reminders of a visit; a result and a corrected date.
"""

from datetime import timedelta

from tests.journeys import corrected, days
from tests.journeys.journey import (
    DEMO_PASSWORD,
    HEALTH_WORDS,
    MANAGER,
    OPERATED,
    PATIENT,
    THERAPIST,
    VISIT,
    WEEK_2,
    WEEK_12,
    Journey,
    link_in,
    sign_in,
)

THERAPIST_PASSWORD = "eleven-blue-herons"


def live(journey: Journey) -> None:
    """Live the whole story, and assert each step as its people see it."""
    journey.pass_to(journey.day(0), 10)
    _invite(journey)
    _plan(journey)
    _assign_and_book(journey)
    days.next_morning(journey)
    days.sign_in_by_code(journey)
    days.log_in_eight_taps(journey)
    days.warning_sign(journey)
    days.quiet_evening(journey)
    days.before_the_visit(journey)
    corrected.result(journey)
    corrected.dates(journey)
    _take_off(journey)
    output = journey.running.output()
    assert "Traceback" not in output, output[-3000:]


def _invite(journey: Journey) -> None:
    cleo = journey.person(MANAGER)
    sign_in(cleo, MANAGER, DEMO_PASSWORD)
    cleo.open("/clinic/")
    cleo.submit("/clinic/invite/", email=THERAPIST, profession="physiotherapist", may_confirm_plans=True)
    (mail,) = journey.mailbox.wait_for(THERAPIST)
    nora = journey.person(THERAPIST)
    link = link_in(mail, "/invitations/")
    nora.open(link)
    nora.submit("/accept/", name="Nora Reyes", password=THERAPIST_PASSWORD, accepts=True)
    assert nora.path == "/patients/"
    nora.open(link)
    assert "has been used" in nora.text


def _plan(journey: Journey) -> None:
    nora = journey.person(THERAPIST)
    operated_on = journey.day(OPERATED)
    nora.open("/patients/new/")
    typed = {
        "name": "Ada Moreno",
        "born_on": "1951-02-03",
        "email": PATIENT,
        "invites": True,
        "site": "distal-radius",
        "side": "left",
        "injured_on": journey.day(1).isoformat(),
        "is_low_energy": True,
        "method": "open_reduction",
        "operated_on": operated_on.isoformat(),
        "hardware": ["plate", "screws", "splint"],
    }
    nora.submit("/patients/new/", **typed)
    assert "in the future" in nora.text
    nora.submit(
        "/patients/new/",
        injured_on=(operated_on - timedelta(days=1)).isoformat(),
    )
    journey.patient_path = nora.path.split("plan/")[0]
    assert nora.path.endswith("/plan/"), nora.text
    nora.submit("/plan/draft/")
    assert "has not checked this plan" in nora.text
    _accept_on_the_phone(journey)
    nora.open(f"{journey.patient_path}plan/")
    nora.submit("/plan/confirm/", checked=True)
    assert "Nora Reyes" in nora.text
    ada = journey.person(PATIENT)
    ada.open("/today/")
    assert "Week 1 of about 6 to 12" in ada.text
    assert "Do not lift, push or lean on this arm." in ada.text


def _accept_on_the_phone(journey: Journey) -> None:
    mail = journey.next_mail()
    assert not HEALTH_WORDS.search(str(mail["Subject"]))
    ada = journey.person(PATIENT)
    ada.open(link_in(mail, "/invitations/"))
    ada.submit("/accept/", name="Ada Moreno", accepts=True)
    assert ada.path == "/today/"
    assert "has not checked this plan" in ada.text
    assert "Lift no more" not in ada.text
    ada.open("/me/display/")
    assert "Times are for Europe/Madrid" in ada.text.replace("Europe/ Madrid", "Europe/Madrid")
    ada.open("/reminders/")
    ada.submit("/reminders/$", visit_at="18:00")


def _assign_and_book(journey: Journey) -> None:
    nora = journey.person(THERAPIST)
    nora.open(f"{journey.patient_path}exercises/")
    chosen = {"tick-ex-finger-fist": True, "per_day-ex-finger-fist": "2"}
    chosen |= {"tick-ex-thumb-touch": True, "per_day-ex-thumb-touch": "1"}
    nora.submit("/exercises/assign/", **chosen)
    nora.open(f"{journey.patient_path}visits/new/")
    on = journey.day(VISIT).isoformat()
    nora.submit("/visits/new/", kind="therapy", on=on, at="10:40", place="Room 2")
    for film, number in (("week-2", WEEK_2), ("week-12", WEEK_12)):
        nora.open(f"{journey.patient_path}visits/new/?film={film}")
        on = journey.day(number).isoformat()
        nora.submit("/visits/new/", kind="x_ray", on=on, at="09:20", film_key=film)
        assert film not in nora.text
    ada = journey.person(PATIENT)
    ada.open("/today/")
    assert "Make a fist" in ada.text
    assert "10:40" in ada.text


def _take_off(journey: Journey) -> None:
    """The manager ends the therapist's membership: from the next second on the record is not there."""
    cleo, nora = journey.person(MANAGER), journey.person(THERAPIST)
    cleo.open("/clinic/")
    nora.open(journey.patient_path)
    assert "Ada Moreno" in nora.text
    cleo.submit("/members/", saying="Nora Reyes")
    nora.open(journey.patient_path)
    assert "Ada Moreno" not in nora.text
