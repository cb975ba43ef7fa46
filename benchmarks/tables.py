"""Tables of many rows, made by the database itself: reminders far ahead, and recoveries laid out."""

from django.db import connection

NUMBERS = {
    "postgresql": "SELECT n FROM generate_series({first}, {last}) AS n",
    "sqlite": """WITH RECURSIVE c (n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n < {last})
        SELECT n FROM c""",
}
UUID = {
    "postgresql": "(lpad(to_hex({salt}), 8, '0') || lpad(to_hex(s.n), 24, '0'))::uuid",
    "sqlite": "printf('%08x%024x', {salt}, s.n)",
}
AHEAD = {
    "postgresql": "now() + interval '1 day' + s.n * interval '1 second'",
    "sqlite": "datetime('now', '+1 day', '+' || s.n || ' seconds')",
}
NOW = {"postgresql": "now()", "sqlite": "datetime('now')"}
FUTURE = """INSERT INTO reminders_reminder (public_id, recipient_id, recovery_key, kind, subject, local_on,
    slot, channel, wall_time, time_zone, planned_at, due_at, expires_at, state, reason, changed_at)
    SELECT {own}, {recipient}, {none}, 'log', s.n, '2099-01-01', 'day', 'email', '09:00', 'UTC',
    {ahead}, {ahead}, {ahead}, 'scheduled', '', {now} FROM ({numbers}) AS s"""
PATIENTS = """INSERT INTO accounts_patient (public_id, clinic_id, name, born_on, clinic_number, language,
    time_zone, email, revision, created_at)
    SELECT {own}, {clinic}, 'Bench', '1960-01-01', '', 'en', 'UTC', '', 1, {now} FROM ({numbers}) AS s"""
RECOVERIES = """INSERT INTO recovery_recovery (public_id, patient_id, site, side, injured_on, is_open,
    is_low_energy, icd10cm, opened_at, close_reason, revision)
    SELECT public_id, id, 'distal-radius', 'left', '2026-01-01', {no}, {no}, '', {now}, '', 1
    FROM accounts_patient WHERE clinic_id = {clinic}
    AND id NOT IN (SELECT patient_id FROM recovery_recovery)"""
LAID_OUT = """UPDATE reminders_syncstate SET is_behind = {no}, until_on = '9999-12-31', zone_rules = %s
    WHERE is_behind"""


def _run(statement: str, *values: object, **names: object) -> None:
    vendor = connection.vendor
    first, last, salt = names.get("first", 1), names.get("last", 1), names.get("salt", 0)
    filled = statement.format(
        numbers=NUMBERS[vendor].format(first=first, last=last),
        own=UUID[vendor].format(salt=salt),
        recipient=UUID[vendor].format(salt=f"1{salt}"),
        none="'00000000-0000-0000-0000-000000000000'" if vendor == "postgresql" else f"'{'0' * 32}'",
        ahead=AHEAD[vendor],
        now=NOW[vendor],
        no="FALSE" if vendor == "postgresql" else "0",
        clinic=names.get("clinic", 0),
    )
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            cursor.execute("SET statement_timeout TO 0")
        cursor.execute(filled, list(values) or None)


def analyze() -> None:
    """Have the database look at its tables again, as it does by itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def add_future_reminders(first: int, last: int) -> None:
    """Add scheduled reminders number ``first`` to ``last``, one second apart, from tomorrow on."""
    _run(FUTURE, first=first, last=last, salt=1)


def add_recoveries(first: int, last: int, *, clinic_id: int) -> None:
    """Add patients number ``first`` to ``last``, each with an open recovery that is laid out."""
    from reminders.queries import zone_rules

    _run(PATIENTS, first=first, last=last, salt=2, clinic=clinic_id)
    _run(RECOVERIES, clinic=clinic_id)
    _run(LAID_OUT, zone_rules())
