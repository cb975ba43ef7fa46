"""Which hour is which, after a person changed them."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from recovery.domain.hours import follow

HOURS = st.sampled_from([time(hour, minute) for hour in range(6, 21) for minute in (0, 30)])


class TestFollow:
    def test_keeps_an_hour_that_stays_though_an_earlier_one_goes(self):
        assert follow({1: time(8), 2: time(20)}, [time(20)]) == ({2: time(20)}, [])

    def test_takes_another_hour_for_the_old_one_moved(self):
        assert follow({1: time(8)}, [time(9)]) == ({1: time(9)}, [])

    def test_takes_the_nearest_where_there_are_several(self):
        assert follow({1: time(8), 2: time(20)}, [time(19)]) == ({2: time(19)}, [])
        assert follow({1: time(8), 2: time(20)}, [time(21), time(9)]) == ({1: time(9), 2: time(21)}, [])

    def test_makes_new_ones_of_what_is_left(self):
        assert follow({1: time(8)}, [time(20), time(8), time(14)]) == ({1: time(8)}, [time(14), time(20)])

    @given(st.dictionaries(st.integers(0, 9), HOURS, max_size=6), st.lists(HOURS, max_size=6))
    def test_accounts_for_every_hour_once(self, before, after):
        kept, new = follow(before, after)

        assert set(kept.values()) | set(new) == set(after)
        assert kept.keys() <= before.keys()
        assert not new or len(kept) == len(before)
