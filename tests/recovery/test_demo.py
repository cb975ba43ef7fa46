"""The demo people: somebody who tries the app finds weeks of a life in it, not an empty chart."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command

from accounts import clock
from recovery.models import DailyLog, Recovery

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings) -> None:
    """Load the demo people, as ``make run`` does."""
    settings.DEMO, settings.IS_SECURE = True, False
    call_command("load_demo", verbosity=0)


class TestTheDemoPeople:
    @pytest.mark.parametrize("name", ["pat", "otto", "vera"])
    def test_have_each_two_weeks_of_logs_or_more_up_to_yesterday(self, demo, name):
        recovery = Recovery.objects.select_related("patient").get(patient__user__email=f"{name}@demo.example")
        today = clock.local_day(clock.now(), recovery.patient.time_zone)
        logs = list(DailyLog.objects.filter(recovery=recovery).order_by("day"))

        assert len(logs) >= 14
        assert logs[0].day >= recovery.injured_on
        assert logs[-1].day == today - timedelta(days=1)
        gaps = {(after.day - before.day).days for before, after in pairwise(logs)}
        assert gaps <= {1, 2}

    @pytest.mark.parametrize("name", ["pat", "otto", "vera"])
    def test_hurt_less_in_the_last_week_than_in_the_first_and_not_every_day_the_same(self, demo, name):
        logs = DailyLog.objects.filter(recovery__patient__user__email=f"{name}@demo.example").order_by("day")
        pain = [one.pain_rest for one in logs]

        assert sum(pain[-7:]) < sum(pain[:7])
        assert len(set(pain)) >= 4
