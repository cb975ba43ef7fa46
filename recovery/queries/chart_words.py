"""What charts say: the finding as a fact. No word here judges, promises or compares with other people."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

Words = str | Promise

NAMES: dict[str, Words] = {
    "pain_rest": _lazy("Pain at rest"),
    "pain_move": _lazy("Pain when moving"),
    "swelling": _lazy("Swelling"),
    "steps": _lazy("Steps"),
    "sleep_hours": _lazy("Sleep"),
}
HINTS: dict[str, Words] = {
    "pain_rest": _lazy("0 to 10. Lower is better."),
    "pain_move": _lazy("0 to 10. Lower is better."),
    "swelling": _lazy("Each dot is one day that you logged."),
    "steps": _lazy("How many steps you logged each day."),
    "sleep_hours": _lazy("How many hours you logged each night."),
    "goal": _lazy("0: cannot do it. 10: as good as before."),
}
WENT: dict[str, Words] = {
    "pain_rest": _lazy("Pain at rest went from %(first)s to %(last)s in %(span)s"),
    "pain_move": _lazy("Pain when moving went from %(first)s to %(last)s in %(span)s"),
    "steps": _lazy("Steps a day went from %(first)s to %(last)s in %(span)s"),
    "sleep_hours": _lazy("Hours of sleep went from %(first)s to %(last)s in %(span)s"),
    "goal": _lazy("“%(name)s” went from %(first)s to %(last)s in %(span)s"),
}
STAYED: dict[str, Words] = {
    "pain_rest": _lazy("Pain at rest was %(last)s on the first day and on the last"),
    "pain_move": _lazy("Pain when moving was %(last)s on the first day and on the last"),
    "steps": _lazy("You walked %(last)s steps on the first day and on the last"),
    "sleep_hours": _lazy("You slept %(last)s hours on the first day and on the last"),
    "goal": _lazy("“%(name)s” was %(last)s on the first day and on the last"),
}


def finding(kind: str, values: Mapping[date, float], *, name: str = "", today: date) -> str:
    """Say how a measure went from its first value to its last; ``values`` is not empty."""
    first_on, last_on = min(values), max(values)
    words = {"first": figure(values[first_on]), "last": figure(values[last_on]), "name": name}
    if first_on == last_on:
        title = name or str(NAMES[kind])
        return _("%(title)s: %(value)s on %(day)s") % {
            "title": title,
            "value": words["last"],
            "day": short(last_on, today),
        }
    if words["first"] == words["last"]:
        return str(STAYED[kind]) % words
    return str(WENT[kind]) % {**words, "span": span((last_on - first_on).days)}


def swelling_finding(values: Mapping[date, str], *, today: date) -> str:
    """Say what was answered first and last."""
    first_on, last_on = min(values), max(values)
    words = {
        "first": values[first_on],
        "first_on": short(first_on, today),
        "last": values[last_on],
        "last_on": short(last_on, today),
    }
    if first_on == last_on:
        return _("Swelling: %(last)s on %(last_on)s") % words
    return _("Swelling: %(first)s on %(first_on)s, %(last)s on %(last_on)s") % words


def sets_finding(done: int, planned: int, days: int) -> str:
    """Say how many sets were done of those planned."""
    words = _("You did %(done)s of %(planned)s sets in %(span)s")
    return words % {"done": done, "planned": planned, "span": span(days)}


def sets_done(done: int, planned: int, days: int) -> str:
    """Say the same where others read it too."""
    words = _("%(done)s of %(planned)s sets done in %(span)s")
    return words % {"done": done, "planned": planned, "span": span(days)}


def gaps(values: Mapping[date, object]) -> str:
    """Say on how many days between the first and the last nothing was logged."""
    missing = (max(values) - min(values)).days + 1 - len(values)
    if not missing:
        return _("Every day has an entry.")
    words = ngettext("%(count)s day has no entry.", "%(count)s days have no entry.", missing)
    return words % {"count": missing}


def entries(number: int) -> str:
    """Say how many entries there are."""
    return ngettext("%(count)s entry.", "%(count)s entries.", number) % {"count": number}


def span(days: int) -> str:
    """Say a span: "5 days", "2 weeks"."""
    if days >= 14 and days % 7 == 0:
        return ngettext("%(count)s week", "%(count)s weeks", days // 7) % {"count": days // 7}
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def short(on: date, today: date) -> str:
    """Write a date without its weekday, with the year where it is not this one."""
    return date_format(on, _("j F") if on.year == today.year else _("j F Y"))


def figure(value: float) -> str:
    """Write a value with at most one decimal, thousands apart."""
    number = round(float(value), 1)
    return number_format(number, decimal_pos=0 if number == int(number) else 1, force_grouping=True)
