"""The demo people's lists are in the words of the clinical table, as if their therapist had typed them."""

from pathlib import Path

import pytest
import yaml

from accounts import clock
from recovery import protocols
from recovery.management import demo
from recovery.management.people import STORIES
from recovery.models import Medicine

TABLE = Path(protocols.__file__).parent / protocols.CURRENT / "bone_medicines.yaml"


@pytest.mark.django_db
class TestVera:
    def test_has_a_supplement_and_a_bone_health_item(self):
        demo.load(now=clock.now())

        rows = Medicine.objects.filter(recovery__patient__name="Vera Castellanos")
        assert {(one.kind, one.label) for one in rows} == {
            ("supplement", "Vitamin D"),
            ("bone_health", "Denosumab injection"),
        }
        assert rows.count() == Medicine.objects.count()


class TestLabels:
    def test_are_those_of_the_clinical_table_and_so_are_the_intervals(self):
        table = {row["drug"].lower(): row for row in yaml.safe_load(TABLE.read_text(encoding="utf-8"))}
        listed = [one for story in STORIES for one in story.listed]

        assert listed
        for one in listed:
            assert one.every_days == table[one.label.lower()].get("every_days", 1)
