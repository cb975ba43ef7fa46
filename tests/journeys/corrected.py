"""A result is recorded, then the operation's date is corrected: what moves, what stays and why."""

import re
from datetime import date, timedelta

from tests.journeys.drivers import Driver
from tests.journeys.journey import HEALTH_WORDS, OPERATED, PATIENT, THERAPIST, VISIT, Journey, words
from tests.journeys.parts import until

DAY = re.compile(r'datetime="(\d{4}-\d\d-\d\d)"')
STEP = re.compile(r'<p class="when">(.*?)</p>\s*<h3>(.*?)</h3>', re.DOTALL)
ROW = re.compile(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', re.DOTALL)
RELEASED = re.compile(r"Released by .*?</time>", re.DOTALL)
MOVING = ("gate_waiting", "x_ray_book")
"""Kinds of reminder that follow the plan's dates."""
MOVED = timedelta(days=-1)
REASON = "The operation was on the day of the injury."

Dated = list[tuple[str, list[date]]]


def result(journey: Journey) -> None:
    """The therapist records an x-ray, and the patient reads what it shows."""
    nora, ada = journey.person(THERAPIST), journey.person(PATIENT)
    nora.open(f"{journey.patient_path}x-rays/new/?film=week-2")
    nora.submit(
        "/x-rays/new/",
        film_date=journey.day(VISIT).isoformat(),
        position_vs_last="unchanged",
        callus="early",
        clinician_verdict="healing as expected",
        note_for_patient="The plate and the bone have not moved.",
    )
    ada.open("/recovery/")
    assert "The plate and the bone have not moved." in ada.text


def dates(journey: Journey) -> None:
    """Every planned date and unsent reminder moves with the operation; what is booked or done stays, and why."""
    nora, ada = journey.person(THERAPIST), journey.person(PATIENT)
    planned, visits, clinic = _planned(ada), _visits(ada), _in_force(nora, journey)
    reminders = _reminders(ada)
    assert [len(one) for one in (planned, visits, clinic)] == [7, 2, 17]
    assert {kind for _row, kind, _on in reminders} == set(MOVING)
    operated_on = (journey.day(OPERATED) + MOVED).isoformat()
    nora.open(f"{journey.patient_path}dates/")
    nora.submit("/dates/", injured_on=operated_on, operated_on=operated_on, reason=REASON)
    _read_what_moved(nora)
    assert _in_force(nora, journey) == [one + MOVED for one in clinic]
    ada.open("/recovery/")
    assert "Your plan was changed" in ada.text
    assert REASON in ada.text
    assert _planned(ada) == _moved(planned)
    assert _visits(ada) == visits
    mail = journey.next_mail()
    assert not HEALTH_WORDS.search(words(mail))
    moved = [(row, kind, on + MOVED) for row, kind, on in reminders]
    until(lambda: _reminders(ada) == moved, what=lambda: f"reminders that moved; there are {_reminders(ada)}")


def _planned(ada: Driver) -> Dated:
    """Return what the patient's own page plans, and for when."""
    ada.open("/recovery/")
    steps = [
        (when, title) for when, title in STEP.findall(ada.html) if re.search("Planned around|Between", when)
    ]
    return [(title, _days_in(when)) for when, title in steps]


def _visits(ada: Driver) -> Dated:
    """Return the visits on the patient's own page."""
    return [(title, _days_in(when)) for when, title in STEP.findall(ada.html) if "/visits/" in title]


def _days_in(html: str) -> list[date]:
    return [date.fromisoformat(one) for one in DAY.findall(html)]


def _in_force(nora: Driver, journey: Journey) -> list[date]:
    """Return the dates of the plan in force as the therapist reads them, without those of what was decided."""
    nora.open(f"{journey.patient_path}plan/")
    plan = nora.html.split('id="inf"')[1].split("<h3>Phases</h3>")[1].split("<h3>X-rays</h3>")[0]
    return _days_in(RELEASED.sub("", plan))


def _moved(dated: Dated) -> Dated:
    return [(title, [one + MOVED for one in when]) for title, when in dated]


def _read_what_moved(nora: Driver) -> None:
    """Each x-ray is listed with its day before and now: one has a result, one a visit, and one moved."""
    assert "The plan moved by -1 day" in nora.text
    rows = [(title, _days_in(rest), rest) for title, rest in ROW.findall(nora.html)]
    why = {}
    for title, (before, now), rest in rows:
        stayed = re.search(r"Stayed</span>\s*([^<]*)", rest)
        why[title] = stayed[1].strip() if stayed else "moved"
        assert now - before == (timedelta() if stayed else MOVED), title
    assert why == {
        "Week 2": "it has a result",
        "Week 6": "moved",
        "Week 12": "a visit is booked for it",
    }


def _reminders(ada: Driver) -> list[tuple[str, str, date]]:
    """Return the unsent reminders that follow the plan: id, kind and day."""
    rows = ada.read("/api/v1/reminders/?state=scheduled&limit=200")["results"]
    found = [(row["id"], row["kind"], date.fromisoformat(row["local_on"])) for row in rows]
    return sorted(one for one in found if one[1] in MOVING)
