"""Every exercise of the library has a drawing that shows where it starts and where it ends."""

from math import dist

import pytest

from recovery import protocols
from recovery.domain.figures import FIGURES
from recovery.domain.figures.body import ARM, Body, draw
from recovery.domain.figures.strokes import arrow, line, number, tubes, turn

CONTENT = protocols.load("2026-11")
MOVING = {"mo", "mi", "mv", "bm"}


class TestTheLibrary:
    def test_has_a_figure_for_each_exercise_and_no_other(self):
        assert set(FIGURES) == set(CONTENT.exercises)

    @pytest.mark.parametrize("name", sorted(CONTENT.exercises))
    def test_shows_two_to_four_different_positions(self, name):
        panels = FIGURES[name].panels

        assert 2 <= len(panels) <= 4
        assert len(set(panels)) == len(panels)

    @pytest.mark.parametrize("name", sorted(CONTENT.exercises))
    def test_marks_what_moves_where_it_ends(self, name):
        assert MOVING & {kind for one in FIGURES[name].panels[-1] for kind in one.kind.split()}

    @pytest.mark.parametrize("name", sorted(CONTENT.exercises))
    def test_says_which_steps_each_picture_shows(self, name):
        drawing, steps = FIGURES[name], CONTENT.exercises[name].steps

        assert len(drawing.shows) == len(drawing.panels)
        assert all(shown and set(shown) <= set(range(len(steps))) for shown in drawing.shows)


class TestABody:
    @pytest.mark.parametrize("angle", [-90, 0, 37, 160])
    def test_keeps_the_length_of_its_limbs_in_every_pose(self, angle):
        body = Body(hip=(50, 50), leg=(angle, -90, 0), arm=(angle, 20), size=1.5)

        assert dist(body.hip, body.end("thigh")) == pytest.approx(31 * 1.5)
        assert dist(body.end("thigh"), body.end("shin")) == pytest.approx(31 * 1.5)

    def test_draws_what_moves_in_another_kind_than_what_is_still(self):
        kinds = [one.kind for one in draw(Body(hip=(50, 50)), moving=("forearm",))]

        assert kinds[-4:] == ["fo", "fi", "mo", "mi"]

    def test_shows_the_pose_it_comes_from_as_a_trace_behind(self):
        first, *_more = draw(Body(hip=(50, 50), arm=(0, 90)), moving=ARM, was=Body(hip=(50, 50)))

        assert first.kind == "gh"


class TestStrokes:
    def test_measure_angles_from_the_right_and_upwards(self):
        assert [number(one) for one in turn((0, 0), 90, 10)] == ["0", "-10"]

    @pytest.mark.parametrize(("value", "written"), [(1, "1"), (-0.01, "0"), (-3.04, "-3"), (0.6, "1")])
    def test_write_whole_coordinates(self, value, written):
        assert number(value) == written

    def test_draw_outlines_before_what_they_enclose(self):
        shapes = tubes("own", (((0, 0), (10, 0)), 10), (((10, 0), (10, 10)), 8))

        assert [(one.kind, one.width) for one in shapes] == [("fo", 10), ("fo", 8), ("fi", 5), ("fi", 3)]

    def test_end_an_arrow_with_a_head(self):
        assert arrow((0, 0), (5, 0), (10, 0)).data.endswith("M2 6L10 0L2 -6")

    def test_close_a_line_where_asked(self):
        assert line("pr", (0, 0), (1, 0), closed=True).data == "M0 0L1 0Z"
