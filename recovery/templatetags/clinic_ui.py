"""Instants as the clinic's pages write them, in the reader's zone. No queries."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recovery.templatetags.recovery_ui import clock, short_day

register = template.Library()


@register.simple_tag
def moment(at: datetime, today: date) -> SafeString:
    """Write an instant: "22 November, 10:40 am"."""
    return format_html("{}, {}", on_day(at, today), clock(at))


@register.simple_tag
def on_day(at: datetime, today: date) -> SafeString:
    """Write the day of an instant: "22 November"."""
    return short_day(timezone.localtime(at).date(), today)
