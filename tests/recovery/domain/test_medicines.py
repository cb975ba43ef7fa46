"""What may stand on the list of medicines."""

from recovery.domain.medicines import may_be_early


class TestMayBeEarly:
    def test_is_so_for_a_medicine_only(self):
        assert [one for one in ("medicine", "supplement", "bone_health") if may_be_early(one)] == ["medicine"]
