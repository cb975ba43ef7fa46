"""Have the database itself note which recoveries must be laid out anew.

The triggers run within the transaction that makes the change: what commits is noted, what rolls back is not.
A later migration that rebuilds one of these tables on SQLite drops its triggers, and renaming
``reminders_syncstate`` fails while they stand: it must run ``drop`` first and ``make`` last.
"""

from django.db import migrations

NEW = "INSERT INTO reminders_syncstate (recovery_id, is_behind, zone_rules) VALUES (NEW.id, {true}, '')"
ONE = "UPDATE reminders_syncstate SET is_behind = {true} WHERE recovery_id = NEW.id"
ALL_OF = """UPDATE reminders_syncstate SET is_behind = {true} WHERE recovery_id IN
    (SELECT id FROM recovery_recovery WHERE closed_at IS NULL AND patient_id = NEW.{key})"""
REST = """INSERT INTO reminders_syncstate (recovery_id, is_behind, zone_rules)
    SELECT id, {true}, '' FROM recovery_recovery WHERE id NOT IN (SELECT recovery_id FROM reminders_syncstate)"""

WATCHED = [
    ("recovery_recovery", "AFTER INSERT", "added", NEW),
    ("recovery_recovery", "AFTER UPDATE OF revision", "changed", ONE),
    ("accounts_patient", "AFTER UPDATE OF revision", "changed", ALL_OF.replace("{key}", "id")),
    ("reminders_preference", "AFTER INSERT", "added", ALL_OF.replace("{key}", "patient_id")),
    ("reminders_preference", "AFTER UPDATE OF revision", "changed", ALL_OF.replace("{key}", "patient_id")),
    ("accounts_carelink", "AFTER INSERT", "added", ALL_OF.replace("{key}", "patient_id")),
    ("accounts_carelink", "AFTER UPDATE OF until_at", "ended", ALL_OF.replace("{key}", "patient_id")),
]


def make(apps, schema_editor):
    """Make the triggers, and a row for each recovery that has none."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, when, what, then in WATCHED:
        name, act = f"{table}_{what}_is_behind", then.replace("{true}", "TRUE" if is_postgresql else "1")
        if is_postgresql:
            schema_editor.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NULL; END $$"
            )
            schema_editor.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
        else:
            schema_editor.execute(f"CREATE TRIGGER {name} {when} ON {table} BEGIN {act}; END")
    schema_editor.execute(REST.replace("{true}", "TRUE" if is_postgresql else "1"))


def drop(apps, schema_editor):
    """Drop the triggers."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, _when, what, _then in WATCHED:
        name = f"{table}_{what}_is_behind"
        if is_postgresql:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0002_kinds_and_work_list"),
        ("recovery", "0001_initial"),
        ("accounts", "0001_initial"),
    ]
    operations = [migrations.RunPython(make, drop)]
