from datetime import date, timedelta

import pytest

from recovery.domain.progress import (
    CareFacts,
    Need,
    PainFact,
    Reason,
    SetsFact,
    Thresholds,
    caseload_key,
    needs,
    pain_fact,
    sets_fact,
)

TODAY = date(2028, 3, 1)
LIMITS = Thresholds(
    pain_high=8, pain_rise=3, pain_rise_days=3, hurt_times=2, silent_days=4, xray_overdue_days=7
)


def ago(days):
    return TODAY - timedelta(days=days)


def found(**facts):
    return [one.need for one in needs(CareFacts(**facts), thresholds=LIMITS, today=TODAY)]


class TestPainFact:
    def test_says_first_last_and_days(self):
        fact = pain_fact({ago(1): 3, ago(15): 7, ago(8): 9})

        assert fact == PainFact(first=7, last=3, first_on=ago(15), last_on=ago(1), logs=3)
        assert (fact.days, fact.change) == (14, -4)

    @pytest.mark.parametrize("pain", [{}, {TODAY: 4}])
    def test_needs_two_logs(self, pain):
        assert pain_fact(pain) is None


class TestSetsFact:
    def test_counts_the_last_seven_days_with_today(self):
        done = {TODAY: 1, ago(6): 2, ago(7): 50}
        planned = {ago(back): 2 for back in range(30)}

        assert sets_fact(done=done, planned=planned, today=TODAY) == SetsFact(done=3, planned=14, days=7)

    def test_says_nothing_where_nothing_was_planned(self):
        assert sets_fact(done={TODAY: 1}, planned={}, today=TODAY) is None


class TestNeeds:
    def test_come_in_the_order_of_how_pressing_they_are(self):
        everything = CareFacts(
            warning_sign_on=ago(0),
            pain={ago(1): 9},
            xray_window_until_on=ago(9),
            result_waiting_since_on=ago(2),
            hurt_on=(ago(1), ago(3)),
            wrong_on=ago(0),
            silent_since_on=ago(5),
            ready_since_on=ago(1),
            new_since_on=ago(40),
        )

        reasons = needs(everything, thresholds=LIMITS, today=TODAY)

        assert [one.need for one in reasons] == list(Need)
        assert [one.since_on for one in reasons] == [
            ago(0), ago(1), ago(0), ago(9), ago(2), ago(1), ago(5), ago(1), ago(40),
        ]  # fmt: skip

    def test_are_none_where_all_is_quiet(self):
        assert found(pain={ago(1): 3, ago(0): 4}, silent_since_on=ago(0), hurt_on=(ago(1),)) == []

    @pytest.mark.parametrize(
        ("pain", "counts"),
        [
            ({ago(0): 8}, True),
            ({ago(0): 7}, False),
            ({ago(3): 2, ago(0): 5}, True),
            ({ago(4): 2, ago(0): 5}, False),
            ({ago(2): 2, ago(1): 4, ago(0): 4}, False),
            ({ago(2): 9, ago(0): 4}, False),
        ],
    )
    def test_count_pain_that_is_high_or_rose_within_the_clinics_days(self, pain, counts):
        assert found(pain=pain) == ([Need.PAIN] if counts else [])

    @pytest.mark.parametrize(("days", "counts"), [(6, False), (7, True), (8, True)])
    def test_count_an_x_ray_only_when_it_is_overdue(self, days, counts):
        assert found(xray_window_until_on=ago(days)) == ([Need.XRAY_OVERDUE] if counts else [])

    @pytest.mark.parametrize(("days", "counts"), [(3, False), (4, True)])
    def test_count_silence_from_the_clinics_limit_on(self, days, counts):
        assert found(silent_since_on=ago(days)) == ([Need.NO_LOG] if counts else [])

    def test_date_hurt_from_the_time_that_was_one_too_many(self):
        (reason,) = needs(CareFacts(hurt_on=(ago(0), ago(9), ago(4))), thresholds=LIMITS, today=TODAY)

        assert reason == Reason(Need.HURT, ago(4))


class TestCaseload:
    def test_is_sorted_by_need_then_by_the_longest_wait_and_the_rest_last(self):
        rows = {
            "quiet": (),
            "silent": (Reason(Need.NO_LOG, ago(9)),),
            "pain today": (Reason(Need.PAIN, ago(0)), Reason(Need.NO_LOG, ago(20))),
            "pain for long": (Reason(Need.PAIN, ago(2)),),
            "warning": (Reason(Need.WARNING_SIGN, ago(0)),),
        }

        ordered = sorted(rows, key=lambda name: caseload_key(rows[name]))

        assert ordered == ["warning", "pain for long", "pain today", "silent", "quiet"]
