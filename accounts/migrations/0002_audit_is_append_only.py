"""Let the database itself refuse to change or delete audit rows.

A later migration that rebuilds ``accounts_auditevent`` on SQLite drops the triggers with the old table: it must
end by running ``lock`` again.
"""

from django.db import migrations

TABLE = "accounts_auditevent"
SQLITE_LOCK = [
    f"""CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'audit rows are never changed or deleted'); END"""
    for verb in ("UPDATE", "DELETE")
]
SQLITE_UNLOCK = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{verb}" for verb in ("update", "delete")]
POSTGRESQL_LOCK = [
    f"""CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit rows are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    f"""CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()""",
]
POSTGRESQL_UNLOCK = [
    f"DROP TRIGGER IF EXISTS {TABLE}_append_only ON {TABLE}",
    f"DROP FUNCTION IF EXISTS {TABLE}_refuse()",
]


def lock(apps, schema_editor):
    """Make the triggers."""
    for statement in POSTGRESQL_LOCK if schema_editor.connection.vendor == "postgresql" else SQLITE_LOCK:
        schema_editor.execute(statement)


def unlock(apps, schema_editor):
    """Drop the triggers, to migrate back."""
    for statement in POSTGRESQL_UNLOCK if schema_editor.connection.vendor == "postgresql" else SQLITE_UNLOCK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(lock, unlock)]
