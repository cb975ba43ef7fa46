"""What days bring: mails at the patient's hours, a log in a few taps, a warning sign, a visit."""

import re
from datetime import date
from email.message import EmailMessage

from tests.journeys.drivers import Driver
from tests.journeys.journey import (
    HEALTH_WORDS,
    PATIENT,
    THERAPIST,
    VISIT,
    WEEK_2,
    Journey,
    code_in,
    link_in,
    words,
)
from tests.journeys.parts import until

EXERCISE = re.compile(r"/exercises/[0-9a-f-]{36}/")
TO_DO, TO_LOG = "Your plan for today is ready.", "You have not written anything down today."
MOST_TAPS, LOG_SECONDS = 8, 20
"""A daily log takes so many taps at most, and less than so many seconds."""
TAP_SECONDS, SWIPE_SECONDS = 2, 1
"""What a slow hand needs: to read, choose and press, and to scroll by a screen."""


def next_morning(journey: Journey) -> None:
    """Nothing comes before nine. Then the reminder of the exercises comes, alone and without a health word."""
    assert journey.mails_at_a_ring(journey.day(1), 8, 59) == []
    (reminder,) = journey.mails_by(journey.day(1), 9, 1)
    assert str(reminder["Subject"]) == "Your plan for today"
    assert TO_DO in words(reminder)
    assert TO_LOG not in words(reminder)
    assert not HEALTH_WORDS.search(words(reminder))
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert reminder["Auto-Submitted"] == "auto-generated"


def sign_in_by_code(journey: Journey) -> None:
    """On another phone the reminder's link asks who it is: a code from the next mail answers."""
    link = link_in(journey.mailbox.to(PATIENT)[-1], "/today")
    ada = journey.people[PATIENT] = journey.browser()
    ada.open(link)
    assert ada.path.startswith("/accounts/login/")
    ada.submit("/login/code/", email=PATIENT)
    mail = journey.next_mail()
    assert not HEALTH_WORDS.search(str(mail["Subject"]))
    ada.submit("/code/confirm/", code=code_in(mail))
    assert ada.path == "/today/"
    assert "Ada" in ada.text


def log_in_eight_taps(journey: Journey) -> None:
    """The day's log takes at most eight taps, less than 20 seconds, and the therapist reads what it says."""
    ada = journey.person(PATIENT)
    _do_sets(ada, "Make a fist")
    ada.open("/log/")
    ada.submit("/log/", check="fine")
    assert "Choose a number for your pain, from 0 to 10" in ada.text
    ada.open("/today/")
    before = ada.taps, ada.swipes, ada.waited_seconds
    ada.follow(r"^/log/$")
    ada.submit("/log/", pain_rest="4", exercises_done=True, swelling="a little", check="fine")
    after = ada.taps, ada.swipes, ada.waited_seconds
    taps, swipes, waited = (now - then for now, then in zip(after, before, strict=True))
    assert ada.path.endswith("/saved/"), ada.text
    assert "pain 4 out of 10" in ada.text
    assert taps <= MOST_TAPS
    assert taps * TAP_SECONDS + swipes * SWIPE_SECONDS + waited < LOG_SECONDS
    _read_by_the_therapist(journey)


def _do_sets(ada: Driver, *names: str) -> None:
    """Do today's sets of the exercises with these names, one press each."""
    ada.open("/today/")
    for exercise in sorted({one for one in ada.links() if EXERCISE.fullmatch(one)}):
        ada.open(exercise)
        while any(name in ada.text for name in names) and "Done for today." not in ada.text:
            ada.submit("/sets/$")


def _read_by_the_therapist(journey: Journey) -> None:
    """Three sets were planned for each of two days; those of today are done."""
    nora = journey.person(THERAPIST)
    film_on = journey.day(WEEK_2)
    nora.open("/patients/?show=all")
    assert "Pain 4 out of 10" in nora.text
    assert "Exercises 3 of 6" in nora.text
    assert f"X-ray Booked {film_on:%-d %b}" in nora.text
    nora.open(journey.patient_path)
    assert "Pain at rest 4" in nora.text
    assert "3 of 6 sets, 7 days" in nora.text
    assert f'booked for <time datetime="{film_on}">' in nora.html
    assert "Warning sign" not in nora.text


def warning_sign(journey: Journey) -> None:
    """Later the splint is too tight: the patient reads what to do, and the therapist hears of it and sees it."""
    ada, nora = journey.person(PATIENT), journey.person(THERAPIST)
    nora_mails = len(journey.mailbox.to(THERAPIST))
    ada.open("/log/")
    ada.submit("/log/", check="wrong", cast=["tight"], note="Slept badly.")
    assert "Call today" in ada.text
    assert "somebody has seen" not in ada.text.lower()
    ada.open("/today/")
    assert "feels too tight" in ada.text
    journey.mailbox.wait_for(THERAPIST, count=nora_mails + 1, what="about the warning sign")
    alarm = journey.mailbox.to(THERAPIST)[-1]
    assert not HEALTH_WORDS.search(str(alarm["Subject"]))
    nora.open("/patients/")
    assert "Ada Moreno" in nora.text
    nora.open(journey.patient_path)
    assert "Warning sign:" in nora.text
    assert "feels too tight" in nora.text
    assert "Slept badly." in nora.text
    assert "Seen by" not in nora.text
    nora.submit("/acknowledge/")
    assert "Seen by Nora Reyes" in nora.text
    ada.open("/today/")
    assert "Nora Reyes has read this" in ada.text
    nora.submit(r"/warnings/[0-9a-f-]+/close/", note="Phoned. Loosened the splint, well now.")
    ada.open("/today/")
    assert "feels too tight" not in ada.text


def quiet_evening(journey: Journey) -> None:
    """At six the visit's reminder comes as wished, 7 days ahead. Who has logged is not asked to log."""
    (mail,) = journey.mails_at_a_ring(journey.day(1), 18, 1)
    assert "Your visit is in 7 days:" in words(mail)
    assert TO_DO not in words(mail)
    assert TO_LOG not in words(mail)
    ada = journey.person(PATIENT)
    ada.open("/reminders/")
    assert "Daily log: Not sent: already done" in ada.text


def before_the_visit(journey: Journey) -> None:
    """The day before and that morning a mail comes, once each. Sets done early are not asked for again."""
    ada, day_before, visit_on = journey.person(PATIENT), journey.day(VISIT - 1), journey.day(VISIT)
    journey.pass_to(day_before, 8, 30)
    _do_sets(ada, "Make a fist", "Thumb touches")
    until(lambda: _is_planned(ada, "log", day_before), what="a reminder to log on the day before the visit")
    (mail,) = journey.mails_at_a_ring(day_before, 18, 1)
    assert "Your visit is tomorrow:" in words(mail)
    assert TO_DO not in words(mail)
    assert TO_LOG in words(mail)
    (morning,) = journey.mails_by(visit_on, 8, 1)
    assert "Your visit is today:" in words(morning)
    assert _has_calendar(morning), "a visit's mail brings its calendar entry"
    ids = [str(one["Message-ID"]) for one in journey.mailbox.mails]
    assert len(ids) == len(set(ids)), "something arrived twice"


def _is_planned(ada: Driver, kind: str, on: date) -> bool:
    rows = ada.read(f"/api/v1/reminders/?state=scheduled&kind={kind}&from_on={on}&until_on={on}")
    return bool(rows["results"])


def _has_calendar(mail: EmailMessage) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in mail.walk())
