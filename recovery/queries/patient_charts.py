"""Charts of what a patient logged: facts in words, a drawing, and the same figures as a table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from recovery.domain import chart
from recovery.domain.log import GOALS, is_number
from recovery.models import DailyLog, Recovery
from recovery.queries import chart_words, patient_place
from recovery.queries.chart_words import Words
from recovery.queries.clinic_chart import PAIN_TICKS
from recovery.queries.patient_log import Other
from recovery.queries.patient_rows import Row, of_kind, rows_of
from recovery.queries.patient_timeline import others
from recovery.queries.patient_today import is_shown
from recovery.queries.sets_by_day import assigned, done_by_day, planned_by_day

LONGEST_DAYS = 400
"""No chart and no table reaches further back."""
SPANS: dict[str, tuple[int, Words]] = {
    "2": (14, _lazy("2 weeks")),
    "6": (42, _lazy("6 weeks")),
    "all": (LONGEST_DAYS, _lazy("From the start")),
}
USUAL_SPAN = "6"
GOAL_GAP_DAYS = 10
"""Goals are scored once a week: a score that comes a few days late leaves no gap."""
WEEK_DAYS = 7
NO_CAST = ["no cast"]
LOW_CHART = 120


@dataclass(frozen=True, slots=True)
class Span:
    """How far back the charts reach, to choose by a link."""

    code: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. ``line`` is None under three entries; ``rows`` hold all of them, the newest first.

    ``finding`` is heading, description and table caption alike. ``last`` is the last value in figures;
    where it stands above its point, ``is_inside`` puts the ticks' labels inside the drawing too.
    """

    id: str
    title: str
    finding: str
    more: str
    hint: str
    line: chart.Line | None
    last: str
    is_inside: bool
    rows: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class Sets:
    """Sets done of those planned, by day or by week."""

    finding: str
    bars: tuple[chart.Bar, ...]
    by_week: bool
    has_labels: bool


@dataclass(frozen=True, slots=True)
class ChartsPage:
    """The charts of one recovery. ``query`` keeps the links on it where there are several."""

    recovery: Recovery
    bone: str
    others: tuple[Other, ...]
    query: str
    spans: tuple[Span, ...]
    today: date
    measures: tuple[Measure, ...]
    sets: Sets | None
    is_over: bool
    has_logs_before: bool


@dataclass(frozen=True, slots=True)
class Day:
    """What of a day's log is drawn."""

    on: date
    pain_rest: int
    pain_move: int | None
    answers: Mapping[str, object]


def charts(recoveries: Sequence[Recovery], recovery: Recovery, *, span: str, today: date) -> ChartsPage:
    """Return the charts of one of a person's recoveries up to ``today``, their local date (3 queries).

    An unknown ``span`` is the usual one.
    """
    code = span if span in SPANS else USUAL_SPAN
    first = today - timedelta(days=SPANS[code][0] - 1)
    days = days_of(recovery, first=today - timedelta(days=LONGEST_DAYS - 1), last=today)
    shown = [one for one in days if one.on >= first]
    more = [assigned(recovery, first=first, last=today)]
    rows = rows_of([recovery], visits_from_on=today, has_history=True, more=more)
    return ChartsPage(
        recovery=recovery,
        bone=patient_place.bone_of(recovery),
        others=others(recoveries, recovery),
        query=f"recovery={recovery.public_id}" if len(recoveries) > 1 else "",
        spans=tuple(Span(one, str(name), one == code) for one, (_days, name) in SPANS.items()),
        today=today,
        measures=tuple(measures(recovery, shown, marks_of(recovery, rows, days, first=first), today=today)),
        sets=_sets(recovery, of_kind(rows, "assigned", recovery), first=first, today=today),
        is_over=recovery.is_closed,
        has_logs_before=len(days) > len(shown),
    )


def days_of(recovery: Recovery, *, first: date, last: date) -> list[Day]:
    """Return the days logged, in order (1 query)."""
    rows = DailyLog.objects.between(first, last).filter(recovery=recovery).order_by("day")
    found = rows.values_list("day", "pain_rest", "pain_move", "answers")
    return [Day(*values) for values in found[:LONGEST_DAYS]]


def measures(
    recovery: Recovery, days: Sequence[Day], marks: Sequence[tuple[date, str]], *, today: date
) -> Iterable[Measure]:
    """Yield what was logged, each measure that has an entry."""
    for kind in ("pain_rest", "pain_move"):
        values: dict[date, float] = {
            one.on: value for one in days if (value := getattr(one, kind)) is not None
        }
        if values:
            yield _numbers(kind, kind, values, PAIN_TICKS, marks, today=today)
    yield from _swelling(recovery, days, marks, today)
    yield from _goals(days, today)
    if steps := _logged(days, "steps"):
        top = chart.round_top(max(steps.values()))
        ticks = [(at, chart_words.figure(at)) for at in (0.0, top / 2, top)]
        yield _numbers("steps", "steps", steps, ticks, marks, today=today, is_inside=True)
    if sleep := _logged(days, "sleep_hours"):
        most = 12 if max(sleep.values()) <= 12 else 24
        ticks = [(at, str(at)) for at in (0, most // 2, most)]
        yield _numbers("sleep_hours", "sleep_hours", sleep, ticks, marks, today=today, is_inside=True)


def marks_of(
    recovery: Recovery, rows: Sequence[Row], days: Sequence[Day], *, first: date
) -> list[tuple[date, str]]:
    """Return the days that may stand as marks: surgery, the cast off, then the last x-rays."""
    surgery = [row.on for row in of_kind(rows, "repair", recovery) if row.on and row.on >= first][-1:]
    off = cast_off_on(days)
    x_rays = sorted(
        {row.on for row in of_kind(rows, "result", recovery) if row.on and row.on >= first and is_shown(row)}
    )
    found = [(on, _("Surgery")) for on in surgery]
    found += [(off, _("Cast off"))] if off and off >= first else []
    return [*found, *((on, _("X-ray")) for on in reversed(x_rays))]


def cast_off_on(days: Iterable[Day]) -> date | None:
    """Return the first day logged without the cast that was there before, as the patient said it."""
    had_cast = False
    for one in days:
        answer = one.answers.get("cast")
        if answer == NO_CAST and had_cast:
            return one.on
        had_cast = had_cast or bool(answer and answer != NO_CAST)
    return None


def _numbers(
    kind: str,
    ident: str,
    values: Mapping[date, float],
    ticks: Sequence[tuple[float, str]],
    marks: Sequence[tuple[date, str]] = (),
    *,
    today: date,
    name: str = "",
    is_inside: bool = False,
) -> Measure:
    is_goal = kind == "goal"
    return Measure(
        id=ident,
        title=name or str(chart_words.NAMES[kind]),
        finding=chart_words.finding(kind, values, name=name, today=today),
        more=chart_words.entries(len(values)) if is_goal else chart_words.gaps(values),
        hint=str(chart_words.HINTS[kind]),
        line=chart.line(
            values,
            ticks=ticks,
            marks=marks,
            gap_days=GOAL_GAP_DAYS if is_goal else 1,
            has_inner_labels=is_inside,
            plot_height=LOW_CHART if is_goal else chart.PLOT_HEIGHT,
        ),
        last=chart_words.figure(values[max(values)]),
        is_inside=is_inside,
        rows=_rows(values, chart_words.figure),
    )


def _rows(values: Mapping[date, float], words: Callable[[float], str]) -> tuple[tuple[date, str], ...]:
    return tuple((on, words(values[on])) for on in sorted(values, reverse=True))


def _swelling(
    recovery: Recovery, days: Sequence[Day], marks: Sequence[tuple[date, str]], today: date
) -> Iterable[Measure]:
    fields = {one.name: one for one in patient_place.content_of(recovery).log_fields}
    options = fields["swelling"].options if "swelling" in fields else ()
    found = {one.on: str(one.answers["swelling"]) for one in days if one.answers.get("swelling") in options}
    if not found:
        return
    places: dict[date, float] = {on: options.index(word) for on, word in found.items()}
    words = {on: _(word) for on, word in found.items()}
    ticks = [(number, _(word).capitalize()) for number, word in enumerate(options)]
    yield Measure(
        id="swelling",
        title=str(chart_words.NAMES["swelling"]),
        finding=chart_words.swelling_finding(words, today=today),
        more=chart_words.gaps(words),
        hint=str(chart_words.HINTS["swelling"]),
        line=chart.line(
            places, ticks=ticks, marks=marks, is_stepless=False, has_inner_labels=True, plot_height=LOW_CHART
        ),
        last="",
        is_inside=True,
        rows=_rows(places, lambda place: _(options[int(place)])),
    )


def _goals(days: Sequence[Day], today: date) -> Iterable[Measure]:
    """Yield the goals of the newest list; a goal is the same one as long as its words are."""
    lists = {one.on: _scores(one.answers.get("goals")) for one in days}
    newest = next((lists[on] for on in sorted(lists, reverse=True) if lists[on]), {})
    for number, name in enumerate(list(newest)[:GOALS], start=1):
        values = {on: scores[name] for on, scores in lists.items() if name in scores}
        yield _numbers("goal", f"goal{number}", values, PAIN_TICKS, today=today, name=name)


def _scores(answer: object) -> dict[str, float]:
    found = {}
    for one in answer if isinstance(answer, list) else ():
        score = one.get("score") if isinstance(one, dict) else None
        if is_number(score) and str(one.get("goal", "")).strip():
            found[str(one["goal"]).strip()] = float(score)
    return found


def _logged(days: Iterable[Day], name: str) -> dict[date, float]:
    return {one.on: float(value) for one in days if is_number(value := one.answers.get(name))}


def _sets(recovery: Recovery, rows: Sequence[Row], *, first: date, today: date) -> Sets | None:
    planned = planned_by_day(rows, first=first, last=today, zone=recovery.patient.time_zone)
    done = done_by_day(recovery, first=first, last=today)
    begun = [day for day in sorted(planned) if planned[day] or done.get(day)]
    if not begun:
        return None
    days = [day for day in sorted(planned) if day >= begun[0]]
    by_week = len(days) > chart.BARS_LABELLED
    group = _by_week if by_week else dict
    bars = chart.bars(
        group({day: planned[day] for day in days}), group({day: done.get(day, 0) for day in days})
    )
    return Sets(
        finding=chart_words.sets_finding(
            sum(done.get(day, 0) for day in days), sum(planned[day] for day in days), len(days)
        ),
        bars=bars,
        by_week=by_week,
        has_labels=len(bars) <= chart.BARS_LABELLED,
    )


def _by_week(values: Mapping[date, int]) -> dict[date, int]:
    """Add up weeks that end today and 7, 14, … days before, by their first day."""
    last = max(values)
    found: dict[date, int] = {}
    for day, number in values.items():
        begins_on = max(min(values), last - timedelta(days=(last - day).days // WEEK_DAYS * WEEK_DAYS + 6))
        found[begins_on] = found.get(begins_on, 0) + number
    return found
