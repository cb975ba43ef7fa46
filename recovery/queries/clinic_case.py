"""One row of the caseload: facts in, words out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Patient
from recovery import protocols
from recovery.domain import timeline
from recovery.domain.progress import Need, Reason, SetsFact, caseload_key
from recovery.models import Recovery
from recovery.queries import clinic_chart, clinic_words
from recovery.queries.clinic_record import age, day_zero_on

TONES = {Need.WARNING_SIGN: "bad", Need.PAIN: "bad", Need.LOOKS_WRONG: "bad"}


@dataclass(frozen=True, slots=True)
class Warned:
    """The most pressing open warning sign; ``seen_by`` is empty until a person acknowledged it.

    ``rank`` grows with its urgency.
    """

    flag_id: str
    at: datetime
    seen_by: str
    rank: int


@dataclass(frozen=True, slots=True)
class Film:
    """A planned film without a result."""

    key: str
    due_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """A phase or load whose proposed day has come, and that waits for a clinician."""

    kind: str
    code: str
    from_on: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What a row says. Days are the patient's own."""

    recovery: Recovery
    today: date
    warned: Warned | None
    pain: Mapping[date, int]
    sets: SetsFact | None
    next_film: Film | None
    booked_on: date | None
    waiting_on: date | None
    to_phone_on: date | None
    last_result: tuple[date, str] | None
    hurt: tuple[date, ...]
    silent_since_on: date | None
    step: Step | None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One row: ``tag`` and ``reason`` say in words why somebody is needed, ``others`` what stands besides."""

    patient_id: UUID
    recovery_id: UUID | None
    name: str
    number: str
    about: str
    need: Need | None
    reasons: tuple[Reason, ...]
    tone: str
    tag: str
    reason: str
    others: tuple[str, ...]
    spark: clinic_chart.Spark | None
    sets: SetsFact | None
    x_ray: str
    is_film_due: bool
    warned: Warned | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Return the key that sorts the caseload: who needs somebody first."""
        is_seen, rank = (bool(self.warned.seen_by), self.warned.rank) if self.warned else (False, 0)
        return (*caseload_key(self.reasons, is_seen=is_seen, rank=rank), self.name.casefold())


def case(facts: Facts) -> Case:
    """Put one recovery's facts into words."""
    recovery, patient = facts.recovery, facts.recovery.patient
    first = facts.reasons[0] if facts.reasons else None
    tag, reason = _words(first, facts) if first else ("", _all_quiet(facts))
    return Case(
        patient_id=patient.public_id,
        recovery_id=recovery.public_id,
        name=patient.name,
        number=patient.clinic_number,
        about=_about(recovery, facts.today),
        need=first.need if first else None,
        reasons=facts.reasons,
        tone=TONES.get(first.need, "warn") if first else "",
        tag=tag,
        reason=reason,
        others=tuple(_words(one, facts)[0] for one in facts.reasons[1:]),
        spark=clinic_chart.spark(facts.pain, today=facts.today),
        sets=facts.sets,
        x_ray=_x_ray(facts),
        is_film_due=bool(
            facts.next_film and (facts.next_film.due_on - facts.today).days <= timeline.DAYS_IN_WEEK
        ),
        warned=facts.warned,
    )


def closed_case(patient: Patient, today: date) -> Case:
    """Return the row of a patient without an open recovery."""
    return Case(
        patient_id=patient.public_id,
        recovery_id=None,
        name=patient.name,
        number=patient.clinic_number,
        about=str(age(patient.born_on, today)),
        need=None,
        reasons=(),
        tone="",
        tag="",
        reason=_("No open recovery."),
        others=(),
        spark=None,
        sets=None,
        x_ray="",
        is_film_due=False,
    )


def _about(recovery: Recovery, today: date) -> str:
    content = protocols.load(recovery.patient.clinic.content_version)
    repair = recovery.current_repair
    bone = clinic_words.bone(recovery, content.fractures[recovery.site])
    week = _("week %(number)s") % {"number": timeline.week_of(day_zero_on(recovery), today)}
    years = str(age(recovery.patient.born_on, today))
    parts = [
        years,
        bone,
        clinic_words.hardware(repair.hardware) if repair else _("no treatment recorded"),
        week,
    ]
    return " · ".join(parts)


def _words(reason: Reason, facts: Facts) -> tuple[str, str]:  # noqa: PLR0911 - one for each need
    """Return the tag and the sentence of a reason."""
    today = facts.today
    match reason.need:
        case Need.WARNING_SIGN:
            return _("Warning sign"), _warning(facts)
        case Need.PAIN:
            return _pain(facts)
        case Need.LOOKS_WRONG:
            words = _("Something is wrong with cast or wound. Logged %(when)s, without saying what.")
            return _("Looks wrong"), words % {"when": ago(reason.since_on, today)}
        case Need.XRAY_OVERDUE:
            days = (today - reason.since_on).days
            words = ngettext(
                "No result %(days)s day after its window.", "No result %(days)s days after its window.", days
            )
            return _("X-ray overdue"), words % {"days": days}
        case Need.RESULT_WAITING if facts.to_phone_on:
            return _("Phone the patient"), _(
                "The bone moved on the film of %(day)s. Nobody has phoned yet."
            ) % {"day": day(facts.to_phone_on, today)}
        case Need.RESULT_WAITING:
            return _("X-ray result"), _("Result waiting: x-ray visit %(when)s.") % {
                "when": ago(reason.since_on, today)
            }
        case Need.HURT:
            words = _("“It hurt” %(count)s times in 7 days, last %(when)s.")
            return _("It hurt"), words % {"count": len(facts.hurt), "when": ago(facts.hurt[-1], today)}
        case Need.NO_LOG:
            days = (today - reason.since_on).days
            return _("Not logging"), ngettext(
                "No log for %(days)s day.", "No log for %(days)s days.", days
            ) % {"days": days}
        case Need.READY_FOR_NEXT:
            return _next_step(facts)
        case _:
            return _("New"), _("No plan is in force yet. Opened %(when)s.") % {
                "when": ago(reason.since_on, today)
            }


def _warning(facts: Facts) -> str:
    assert facts.warned  # noqa: S101  # nosec: the reason exists only with it
    flags = protocols.load(facts.recovery.patient.clinic.content_version).red_flags
    flag = flags.get(facts.warned.flag_id)
    name = flag.clinical_name if flag else facts.warned.flag_id
    seen = (
        _("Seen by %(name)s.") % {"name": facts.warned.seen_by}
        if facts.warned.seen_by
        else _("Nobody has seen it yet.")
    )
    return _("Ticked %(when)s: %(sign)s. %(seen)s") % {
        "sign": name,
        "when": moment(facts.warned.at, facts.today),
        "seen": seen,
    }


def _pain(facts: Facts) -> tuple[str, str]:
    last_on = max(facts.pain)
    last = facts.pain[last_on]
    clinic = facts.recovery.patient.clinic
    window = {day: value for day, value in facts.pain.items() if (last_on - day).days <= 3}
    lowest_on = min(window, key=lambda day: (window[day], -day.toordinal()))
    if last - window[lowest_on] >= clinic.pain_rise:
        days = (last_on - lowest_on).days
        words = ngettext(
            "Pain from %(low)s to %(last)s in %(days)s day.",
            "Pain from %(low)s to %(last)s in %(days)s days.",
            days,
        )
        return _("Pain up"), words % {"low": window[lowest_on], "last": last, "days": days}
    return _("Pain high"), _("Pain %(last)s out of 10, %(when)s.") % {
        "last": last,
        "when": ago(last_on, facts.today),
    }


def _next_step(facts: Facts) -> tuple[str, str]:
    assert facts.step  # noqa: S101  # nosec: the reason exists only with it
    when = {"when": day(facts.step.from_on, facts.today)}
    if facts.step.kind == "phase":
        words = _("The plan proposes “%(name)s” from %(when)s. Its gate waits for you.")
        return _("Next phase due"), words % {**when, "name": clinic_words.phase(facts.step.code)}
    codes = protocols.load(facts.recovery.plan.content_version).load_codes if facts.recovery.plan else {}
    name = codes[facts.step.code].label if facts.step.code in codes else facts.step.code
    return _("Next load due"), _("The plan proposes “%(name)s” from %(when)s.") % {**when, "name": name}


def _all_quiet(facts: Facts) -> str:
    """Say when the last log came: a fact, and no judgement."""
    if facts.recovery.patient.user_id is None:
        return _("No account: staff log.")
    last_on = facts.silent_since_on
    return (
        _("Last log %(when)s.") % {"when": ago(last_on, facts.today)}
        if facts.pain and last_on
        else _("No log yet.")
    )


def _x_ray(facts: Facts) -> str:
    today = facts.today
    if facts.waiting_on:
        return _("Taken %(day)s") % {"day": day(facts.waiting_on, today)}
    if facts.booked_on:
        return _("Booked %(day)s") % {"day": day(facts.booked_on, today)}
    if facts.next_film:
        late = (today - facts.next_film.until_on).days
        if late > 0:
            return ngettext("Overdue %(days)s day", "Overdue %(days)s days", late) % {"days": late}
        return _("Due %(day)s") % {"day": day(facts.next_film.due_on, today)}
    if facts.last_result:
        verdict = clinic_words.VERDICTS.get(facts.last_result[1], facts.last_result[1])
        return f"{verdict}, {day(facts.last_result[0], today)}"
    return _("None planned")


def day(on: date, today: date) -> str:
    """Write a short date, with the year only if it is not this one."""
    return date_format(on, _("j M") if on.year == today.year else _("j M Y"))


def ago(on: date, today: date) -> str:
    """Say how long ago a day was: "yesterday", "5 days ago"."""
    days = (today - on).days
    if days <= 0:
        return _("today")
    return _("yesterday") if days == 1 else _("%(days)s days ago") % {"days": days}


def moment(at: datetime, today: date) -> str:
    """Say when something happened, in the reader's zone: "today at 09:12"."""
    here = localtime(at)
    return _("%(day)s at %(time)s") % {"day": ago(here.date(), today), "time": date_format(here, "H:i")}
