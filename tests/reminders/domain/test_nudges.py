"""Nudges end with what they ask for."""

from datetime import UTC, date, datetime, time, timedelta

from reminders.domain import Facts, Wishes, instant_of, wanted
from reminders.domain.facts import X_RAY_BOOK, Film, Plan

ZONE = "Europe/Madrid"
CONFIRMED_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PLAN = Plan("plan-1", CONFIRMED_AT, CONFIRMED_AT, is_first=True)


def nudge(film: Film):
    facts = Facts(
        patient="pat",
        today_on=date(2026, 11, 21),
        is_open=True,
        time_zone=ZONE,
        clinic_zone=ZONE,
        opened_at=CONFIRMED_AT,
        plan=PLAN,
        films=(film,),
    )
    found = wanted(facts, Wishes(), from_on=facts.today_on, until_on=date(2027, 1, 1))
    return next(one for one in found if one.kind == X_RAY_BOOK)


class TestANudge:
    def test_lasts_seven_days(self):
        one = nudge(Film("week-6", date(2026, 12, 8), date(2026, 12, 22)))

        assert one.expires_at == one.at + timedelta(days=7)

    def test_ends_with_the_last_evening_on_which_it_makes_sense(self):
        one = nudge(Film("week-1", date(2026, 11, 20), date(2026, 11, 23)))

        assert one.expires_at == instant_of(date(2026, 11, 23), time(21), ZONE)
