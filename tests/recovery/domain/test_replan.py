from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.domain.replan import KEEPS, PlanItem, move

ITEMS = st.lists(
    st.builds(
        PlanItem,
        key=st.sampled_from(["film:week-6", "phase:mobilise", "load:1"]),
        on=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
        kept=st.sampled_from([None, *KEEPS]),
    )
)


class TestMove:
    @given(items=ITEMS, by_days=st.integers(-400, 400))
    @settings(deadline=None)
    def test_moves_the_items_that_are_not_kept_as_one_block(self, items, by_days):
        replan = move(items, by_days=by_days)

        assert [one.key for one in replan.items] == [one.key for one in items]
        for before, after in zip(items, replan.items, strict=True):
            assert after.on - before.on == timedelta(days=0 if before.kept else by_days)
        assert list(replan.staying) == [one for one in items if one.kept]

    @given(items=ITEMS, by_days=st.integers(-400, 400))
    @settings(deadline=None)
    def test_can_be_taken_back(self, items, by_days):
        there = move(items, by_days=by_days)

        assert list(move(there.items, by_days=-by_days).items) == items

    @pytest.mark.parametrize("reason", KEEPS)
    def test_leaves_and_lists_what_is_kept(self, reason):
        film = PlanItem("film:week-6", date(2028, 2, 29), reason)

        replan = move([film], by_days=3)

        assert replan.items == replan.staying == (film,)
