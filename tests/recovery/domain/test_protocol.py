import pytest

from recovery.domain.protocol import matching
from recovery.protocols import load

CONTENT = load()


def ids(**wanted):
    return [one.id for one in matching(CONTENT.protocols.values(), **wanted)]


class TestMatching:
    def test_offers_only_the_site_and_the_treatment(self):
        assert ids(site="ankle", treatment="orif", hardware=["plate"]) == ["ankle.plate"]

    def test_puts_the_one_that_shares_most_hardware_first(self):
        assert (
            ids(site="distal-radius", treatment="orif", hardware=["pins", "cast"])[0] == "distal-radius.pins"
        )
        assert ids(site="tibial-shaft", treatment="orif", hardware=["rod", "screws"]) == [
            "tibial-shaft.rod",
            "tibial-shaft.plate",
            "tibial-shaft.external-fixator",
        ]

    def test_orders_equals_by_id_whatever_the_order_of_the_tables(self):
        backwards = list(reversed(CONTENT.protocols.values()))

        found = matching(backwards, site="ankle", treatment="closed", hardware=["cast", "splint"])

        assert [one.id for one in found] == ["ankle.boot", "ankle.cast"]

    def test_offers_rows_that_share_nothing_too(self):
        assert ids(site="patella", treatment="closed", hardware=[]) == ["patella.brace"]

    @pytest.mark.parametrize("protocol", CONTENT.protocols.values(), ids=lambda one: one.id)
    def test_finds_every_protocol_by_its_own_hardware(self, protocol):
        found = ids(site=protocol.fracture, treatment=protocol.treatment, hardware=protocol.hardware)

        first = CONTENT.protocols[found[0]]
        assert set(protocol.hardware) <= set(first.hardware)
        assert protocol.id in found
