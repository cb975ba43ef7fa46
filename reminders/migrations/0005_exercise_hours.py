"""Let a patient be reminded of exercises at up to three hours a day, by slot."""

from datetime import time
from importlib import import_module

from django.db import migrations, models

import reminders.models

triggers = import_module("reminders.migrations.0003_changes_make_recoveries_behind")


def keep_the_hour(apps, schema_editor):
    """Make the one hour that each patient has the first of their list."""
    for one in apps.get_model("reminders", "Preference").objects.iterator():
        one.exercise_hours = [one.exercise_at.isoformat("minutes")]
        one.save(update_fields=["exercise_hours"])


def keep_the_first(apps, schema_editor):
    """Keep the first hour of each list."""
    for one in apps.get_model("reminders", "Preference").objects.iterator():
        one.exercise_at = time.fromisoformat(min(filter(None, one.exercise_hours)))
        one.save(update_fields=["exercise_at"])


class Migration(migrations.Migration):
    dependencies = [("reminders", "0004_figures")]
    operations = [
        # SQLite rebuilds the table, which drops its triggers.
        migrations.RunPython(triggers.drop, triggers.make),
        migrations.AddField(
            model_name="preference",
            name="exercise_hours",
            field=models.JSONField(
                default=reminders.models.usual_exercise_hours,
                help_text="Wall times by slot; null where one is not used.",
            ),
        ),
        migrations.RunPython(keep_the_hour, keep_the_first),
        migrations.RemoveField(model_name="preference", name="exercise_at"),
        migrations.RunPython(triggers.make, triggers.drop),
    ]
