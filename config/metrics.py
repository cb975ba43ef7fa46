"""The engine in Prometheus's words. All comes from the database, so every web process says the same."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from ipaddress import ip_address
from itertools import accumulate

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from accounts import clock
from config.celery import app as celery_app
from reminders import queries
from reminders.domain.lateness import BUCKETS_SECONDS
from reminders.models import Figure

OUTCOMES = ("sent", "retried", "failed", "suppressed", "dropped")
BY_A_PROXY = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
"""A request with one of these came through a proxy, whatever it says: this machine's own needs none."""


def may_read(request: HttpRequest, *, address: str | None) -> bool:
    """Say whether the figures are this caller's: straight from this machine, or with ``METRICS_TOKEN``."""
    if _is_from_here(request, address):
        return True
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    is_bearer = bool(settings.METRICS_TOKEN) and scheme.lower() == "bearer"
    return is_bearer and constant_time_compare(token.strip(), settings.METRICS_TOKEN)


def _is_from_here(request: HttpRequest, address: str | None) -> bool:
    if address is None or any(name in request.headers for name in BY_A_PROXY):
        return False
    return ip_address(address).is_loopback


def answer() -> HttpResponse:
    """Return the figures in the text format, or 503 while the database does not answer."""
    try:
        now = clock.database_now()
        figures = queries.figures(now)
    except Error as problem:
        words = f"# the database does not answer ({type(problem).__name__})\n"
        response = HttpResponse(words, status=503, content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response._has_been_logged = True  # type: ignore[attr-defined]  # an answer, not a fault of ours
        return response
    return HttpResponse(generate_latest(_Engine(figures, now)), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Engine(Collector):
    """One reading of the engine. It registers nowhere and counts nothing in this process."""

    def __init__(self, figures: queries.Figures, now: datetime) -> None:
        self.figures, self.now = figures, now

    def collect(self) -> Iterator[Metric]:
        """Return every figure."""
        yield from _counters(self.figures.counts)
        yield _lateness(self.figures.counts)
        yield from self._gauges()
        yield self._beat()

    def _gauges(self) -> Iterator[Metric]:
        found = self.figures
        waited = self._age(found.oldest_unsent_at) if found.oldest_unsent_at else 0
        for name, text, value in (
            ("reminders_due", "Reminders due and not in a sender's hands.", found.due),
            ("reminders_oldest_unsent_seconds", "How long the oldest of them has waited.", waited),
            ("reminder_mails_to_retry", "Mails that wait for their next try.", found.to_retry),
            ("suppressed_addresses", "Addresses that mail is not sent to.", found.suppressed),
        ):
            yield GaugeMetricFamily(f"bonestep_{name}", text, value)

    def _beat(self) -> Metric:
        """Return how long ago each periodic task ran; one that never did is infinitely old."""
        name, text = "bonestep_beat_age_seconds", "How long ago each periodic task last ran."
        metric = GaugeMetricFamily(name, text, labels=["task"])
        for task in sorted({*celery_app.conf.beat_schedule, *self.figures.ticks}):
            at = self.figures.ticks.get(task)
            metric.add_metric([task], self._age(at) if at else float("inf"))
        return metric

    def _age(self, at: datetime) -> float:
        return max((self.now - at).total_seconds(), 0)


def _counters(counts: Mapping[str, int]) -> Iterator[Metric]:
    mails = CounterMetricFamily(
        "bonestep_reminder_mails", "What became of mails, at each attempt.", labels=["outcome"]
    )
    for outcome in OUTCOMES:
        mails.add_metric([outcome], counts.get(outcome, 0))
    yield mails
    expired = counts.get("expired", 0)
    yield CounterMetricFamily("bonestep_reminders_expired", "Reminders too late to be sent.", expired)


def _lateness(counts: Mapping[str, int]) -> Metric:
    held = [counts.get(Figure.late_name(number), 0) for number in range(len(BUCKETS_SECONDS) + 1)]
    limits = [*map(str, map(float, BUCKETS_SECONDS)), "+Inf"]
    return HistogramMetricFamily(
        "bonestep_reminder_late_seconds",
        "Seconds between due and sent.",
        buckets=list(zip(limits, accumulate(held), strict=True)),
        sum_value=counts.get(Figure.LATE_MILLISECONDS, 0) / 1000,
    )
