"""The clinical reference by the API."""

import pytest

from recovery import protocols

PROTOCOLS, LIBRARY = "/api/v1/protocols/", "/api/v1/library/"


class TestTheReference:
    @pytest.mark.parametrize("address", [PROTOCOLS, LIBRARY, f"{PROTOCOLS}distal-radius.plate/"])
    def test_is_for_everybody_who_is_signed_in(self, answers_of, address):
        signed_in = ("pat", "otto", "thea", "olga", "max", "cleo", "finn")

        assert answers_of(address) == {**dict.fromkeys(signed_in, 200), "visitor": 401}

    def test_holds_every_protocol_and_exercise(self, calls):
        content = protocols.load()

        assert calls["pat"].get(PROTOCOLS).data["count"] == len(content.protocols)
        assert calls["pat"].get(LIBRARY).data["count"] == len(content.exercises)

    def test_says_what_the_tables_say(self, calls):
        found = calls["pat"].get(f"{PROTOCOLS}distal-radius.plate/").json()
        table = protocols.load().protocols["distal-radius.plate"]

        assert found["film_weeks"] == list(table.film_weeks)
        assert found["union"] == {
            "early": table.union.early, "typical": table.union.typical, "late": table.union.late
        }  # fmt: skip
        assert [one["code"] for one in found["load"]] == [one.code for one in table.load]

    def test_shows_staff_what_to_avoid_and_spares_patients(self, calls):
        one = next(row for row in protocols.load().exercises.values() if row.avoid)
        address = f"{LIBRARY}{one.id}/"

        assert calls["thea"].get(address).data["avoid"][: len(one.avoid)] == list(one.avoid)
        assert "avoid" not in calls["pat"].get(address).data

    def test_filters_protocols_by_bone(self, calls):
        rows = calls["pat"].get(PROTOCOLS, {"fracture": "ankle"}).data["results"]

        assert rows
        assert {row["fracture"] for row in rows} == {"ankle"}

    @pytest.mark.parametrize("address", [f"{PROTOCOLS}nothing/", f"{LIBRARY}%00/", f"{LIBRARY}{'x' * 3000}/"])
    def test_has_nothing_else(self, calls, address):
        assert calls["pat"].get(address).status_code == 404

    def test_is_read_only(self, calls):
        for method in ("post", "put", "patch", "delete"):
            assert getattr(calls["thea"], method)(PROTOCOLS).status_code == 405
