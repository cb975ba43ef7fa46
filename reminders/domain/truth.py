"""Why a reminder is not wanted, as a code that receipts and ``explain_reminder`` put into words."""

from datetime import date

from reminders.domain.facts import (
    BONE_HEALTH,
    EXERCISES,
    GATE_WAITING,
    LOG,
    MEDICINE,
    STAFF_ALERT,
    VISIT,
    VISIT_CHANGED,
    WOUND_CHECK,
    X_RAY_BOOK,
    X_RAY_OVERDUE,
    Facts,
    Wishes,
)


def why_not(*, kind: str, subject: str, local_on: date, facts: Facts, wishes: Wishes) -> str:
    """Return why a reminder of this kind, subject and local date is not wanted."""
    if not facts.is_open:
        return "recovery_closed"
    if kind == STAFF_ALERT:
        return "already_seen" if all(one.key != subject for one in facts.warnings) else "not_in_care"
    if not facts.has_address:
        return "no_address"
    if kind in wishes.kinds_off:
        return "kind_off"
    return _by_kind(kind, subject, local_on, facts, wishes)


def _by_kind(kind: str, subject: str, local_on: date, facts: Facts, wishes: Wishes) -> str:
    if kind in {VISIT, VISIT_CHANGED}:
        return "visit_changed"
    if kind in {MEDICINE, BONE_HEALTH}:
        is_listed = any(dose.key == subject for dose in facts.doses)
        return "not_planned" if is_listed else "off_the_list"
    if _is_done(kind, subject, local_on, facts):
        return "already_done"
    if wishes.is_paused(local_on):
        return "paused"
    if kind == LOG and len(facts.log_prompts_sent_on):
        return "not_logging"
    needs_plan = kind in {EXERCISES, X_RAY_BOOK, X_RAY_OVERDUE}
    return "no_plan" if needs_plan and facts.plan is None else "not_planned"


def _is_done(kind: str, subject: str, local_on: date, facts: Facts) -> bool:
    if kind == EXERCISES:
        return local_on in facts.days_done
    if kind == LOG:
        return local_on in facts.days_logged
    if kind == WOUND_CHECK:
        window = facts.wound_window
        return window is not None and any(window[0] <= day <= window[1] for day in facts.check_days)
    if kind == GATE_WAITING:
        return facts.next_step is None or facts.next_step.key != subject
    is_booked = any(visit.film_key == subject for visit in facts.visits)
    return kind in {X_RAY_BOOK, X_RAY_OVERDUE} and (is_booked or subject in facts.films_taken)
