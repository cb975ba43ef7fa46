from datetime import date, timedelta

import pytest

from recovery.domain import chart

DAY = date(2028, 3, 1)
TICKS = ((0, "0"), (5, "5"), (10, "10"))


def on(days):
    return DAY + timedelta(days=days)


def drawn(values, **more):
    return chart.line({on(day): value for day, value in values.items()}, ticks=TICKS, **more)


class TestLine:
    def test_is_not_drawn_under_three_values(self):
        assert drawn({0: 7, 1: 6}) is None
        assert drawn({0: 7, 1: 6, 2: 5}) is not None

    def test_puts_0_at_the_bottom_and_10_at_the_top(self):
        line = drawn({0: 10, 1: 5, 2: 0})

        assert [one.y for one in line.points] == [
            f"{line.top:.1f}",
            f"{(line.top + line.bottom) / 2:.1f}",
            f"{line.bottom:.1f}",
        ]
        assert [one.label for one in line.ticks] == ["0", "5", "10"]
        assert line.ticks[0].y == f"{line.bottom:.1f}"

    def test_puts_days_as_far_apart_as_they_are(self):
        line = drawn({0: 3, 1: 3, 10: 3})

        assert [one.x for one in line.points] == ["30.0", "57.0", "300.0"]

    def test_joins_days_in_a_row_and_jumps_over_missing_ones_without_a_point(self):
        line = drawn({0: 3, 1: 4, 4: 5, 5: 6})

        assert len(line.points) == 4
        assert [run.count(",") for run in line.runs] == [2, 2]
        (gap,) = line.gaps
        assert (gap.x1, gap.x2) == (line.points[1].x, line.points[2].x)

    def test_takes_a_week_for_no_gap_where_a_week_is_usual(self):
        assert drawn({0: 3, 7: 4, 14: 5}, gap_days=10).gaps == ()
        assert len(drawn({0: 3, 7: 4, 21: 5}, gap_days=10).gaps) == 1

    def test_draws_no_line_between_answers_in_words(self):
        line = drawn({0: 0, 1: 5, 9: 10}, is_stepless=False)

        assert (line.runs, line.gaps, line.has_points) == ((), (), True)

    def test_draws_no_single_points_where_there_are_many(self):
        assert drawn(dict.fromkeys(range(chart.POINTS_SHOWN), 3)).has_points
        assert not drawn(dict.fromkeys(range(chart.POINTS_SHOWN + 1), 3)).has_points

    def test_writes_every_place_with_one_decimal(self):
        line = drawn({0: 1, 3: 2, 7: 3})

        for point in line.points:
            assert all(len(one.partition(".")[2]) == 1 for one in (point.x, point.y))


class TestMarks:
    def test_are_at_most_three_the_first_that_lie_within_the_days(self):
        marks = [
            (on(-30), "long ago"),
            (on(20), "a"),
            (on(40), "later"),
            (on(2), "b"),
            (on(9), "c"),
            (on(15), "d"),
        ]
        line = drawn({0: 3, 10: 3, 25: 3}, marks=marks)

        assert [one.words for one in line.marks] == ["b", "c", "a"]

    def test_shortly_before_the_first_value_make_the_drawing_begin_there(self):
        line = drawn({0: 3, 1: 3, 9: 3}, marks=[(on(-1), "Surgery")])

        assert line.first_on == on(-1)
        assert line.marks[0].x == "30.0"
        assert line.points[0].x == "57.0"

    def test_that_stand_close_do_not_write_over_each_other(self):
        line = drawn({0: 3, 10: 3, 40: 3}, marks=[(on(20), "Cast off"), (on(22), "X-ray")])

        assert len({one.y for one in line.marks}) == 2
        assert line.top >= 8 + 2 * chart.MARK_ROW

    def test_of_one_word_close_together_say_it_once(self):
        line = drawn({0: 3, 10: 3, 40: 3}, marks=[(on(20), "X-ray"), (on(22), "X-ray")])

        assert [one.words for one in line.marks] == ["X-ray", ""]


class TestBars:
    def test_stand_in_one_scale_and_what_was_not_done_is_nothing(self):
        first, second = chart.bars({on(0): 4, on(1): 8}, {on(1): 2})

        assert (first.planned_height, first.done_height) == ("50.0", "0.0")
        assert (second.planned_height, second.done_height) == ("100.0", "25.0")

    def test_hold_more_than_was_planned(self):
        (bar,) = chart.bars({on(0): 2}, {on(0): 4})

        assert (bar.planned_height, bar.done_height) == ("50.0", "100.0")

    def test_of_nothing_planned_are_flat(self):
        (bar,) = chart.bars({on(0): 0}, {})

        assert bar.planned_height == "0.0"


@pytest.mark.parametrize(("most", "top"), [(0, 10), (10, 10), (11, 20), (4500, 5000), (60000, 60000)])
def test_the_top_of_a_scale_is_a_round_number(most, top):
    assert chart.round_top(most) == top
