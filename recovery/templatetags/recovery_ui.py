"""Dates and times as patients read them. No queries."""

from datetime import date, datetime, time

from django import template
from django.utils import timezone
from django.utils.formats import date_format, get_format, time_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


@register.simple_tag
def day(on: date, today: date) -> SafeString:
    """Write a date with its weekday: "Friday 27 November", with the year where it is not this one."""
    return _time(on.isoformat(), date_format(on, _("l j F") if on.year == today.year else _("l j F Y")))


@register.simple_tag
def short_day(on: date, today: date) -> SafeString:
    """Write a date without its weekday: "27 November"."""
    return _time(on.isoformat(), date_format(on, _("j F") if on.year == today.year else _("j F Y")))


@register.simple_tag
def clock(at: time | datetime) -> SafeString:
    """Write a time of day: "10:40 am", or as 24 hours where the language does. An instant is local first."""
    wall = timezone.localtime(at).time() if isinstance(at, datetime) else at
    return _time(wall.isoformat("minutes"), wall_time(wall))


def wall_time(at: time) -> str:
    """Return a time of day in words, its parts kept on one line."""
    if "P" not in get_format("TIME_FORMAT") and "a" not in get_format("TIME_FORMAT").lower():
        return time_format(at, "H:i")
    half = _("am") if at.hour < 12 else _("pm")
    return f"{time_format(at, 'g:i')}{NO_BREAK_SPACE}{half}"


@register.simple_tag
def in_days(on: date, today: date) -> str:
    """Say how far away a day is: "Today", "In 3 days", "2 days ago"."""
    days = (on - today).days
    if days == 0:
        return _("Today")
    if abs(days) == 1:
        return _("Tomorrow") if days > 0 else _("Yesterday")
    if days > 0:
        return ngettext("In %(days)s day", "In %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


def _time(machine: str, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, words)
