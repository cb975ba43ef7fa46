"""The kinds have one name each, wherever they are written down."""

from django.conf import settings

from reminders.domain import facts
from reminders.forms import SWITCHES
from reminders.models import Kind
from reminders.services.preferences import PATIENT_KINDS
from reminders.services.render import FIRST


class TestKinds:
    def test_are_the_same_in_domain_models_and_mails(self):
        named = {
            facts.EXERCISES, facts.LOG, facts.VISIT, facts.X_RAY_BOOK, facts.X_RAY_OVERDUE, facts.PLAN_CHANGED,
            facts.STAFF_ALERT, facts.STAFF_DIGEST, facts.VISIT_CHANGED, facts.MEDICINE, facts.BONE_HEALTH,
            facts.WOUND_CHECK, facts.GATE_WAITING, facts.TEST,
        }  # fmt: skip

        assert named == set(Kind.values) == set(FIRST)

    def test_of_patients_have_a_switch_each(self):
        assert {kind for kinds in SWITCHES.values() for kind in kinds} == PATIENT_KINDS

    def test_have_their_templates(self):
        folder = settings.BASE_DIR / "templates" / "reminders" / "email"
        for kind in Kind.values:
            for name in ("subject.txt", "button.txt", "body.txt", "body.html"):
                assert (folder / kind / name).is_file()
