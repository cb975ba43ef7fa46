"""The caseload's rows of many tables, in one query."""

from collections.abc import Iterable
from datetime import UTC, date, timedelta

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Concat, TruncDate

from recovery.models import Alert, Assignment, DailyLog, PlanFilm, SetDone, Visit, XRay
from recovery.queries.clinic_chart import SPARK_DAYS


def dated(
    ids: list[int], plan_ids: list[int | None], days: list[date]
) -> Iterable[tuple[str, int, date, date, str, int]]:
    """Return logs, films, x-ray visits, results and sets as rows of one shape (1 query).

    A row: what it is, the recovery's key, its first and last day, a code, a number. ``days`` are those whose
    sets are counted.
    """

    def row(what: str) -> dict[str, Value]:
        return {"what": Value(what, output_field=CharField())}

    none = Value(0, output_field=IntegerField())
    blank = Value("", output_field=CharField())
    columns = ("what", "recovery_id", "on_day", "until_day", "key", "number")
    told = Alert.objects.filter(recovery=OuterRef("recovery"), day=OuterRef("day"), source="log")
    wrong = When(Q(answers__check="wrong") & ~Exists(told), then=Value("wrong"))
    logs = DailyLog.objects.filter(
        recovery_id__in=ids, day__gt=max(days) - timedelta(days=SPARK_DAYS + 2)
    ).annotate(
        **row("log"),
        on_day=F("day"),
        until_day=F("day"),
        key=Choose(wrong, default=blank),
        number=F("pain_rest"),
    )
    films = PlanFilm.objects.filter(plan_id__in=[one for one in plan_ids if one]).annotate(
        **row("film"),
        on_day=F("due_on"),
        until_day=F("window_until_on"),
        number=none,
        recovery_id=F("plan__recovery_id"),
    )
    visits = Visit.objects.filter(recovery_id__in=ids, kind="x_ray", state__in=["booked", "done"]).annotate(
        what=F("state"), on_day=F("on"), until_day=F("on"), key=F("film_key"), number=none
    )
    results = XRay.objects.filter(recovery_id__in=ids).annotate(
        **row("result"),
        on_day=F("film_date"),
        until_day=F("film_date"),
        key=Concat("film_key", Value("|"), "clinician_verdict", output_field=CharField()),
        number=none,
    )
    planned = (
        Assignment.objects.filter(recovery_id__in=ids)
        .exclude(ends_on__lt=min(days))
        .annotate(
            **row("planned"),
            on_day=F("starts_on"),
            until_day=Coalesce(TruncDate("paused_at", tzinfo=UTC), "ends_on", Value(date.max)),
            key=Choose(When(paused_at__isnull=False, then=Value("paused")), default=blank),
            number=F("sets") * F("times_per_day"),
        )
    )
    done = SetDone.objects.counted().filter(
        assignment__recovery_id__in=ids, day__range=(min(days), max(days))
    )
    counts = [
        rows.values(recovery_id=F("assignment__recovery_id"), on_day=F("day"), until_day=F("day")).annotate(
            **row(what), key=blank, number=Count("pk")
        )
        for what, rows in (("set", done), ("hurt", done.filter(pain__gt=0)))
    ]
    tables = [one.order_by().values_list(*columns) for one in (films, visits, results, planned, *counts)]
    return logs.order_by().values_list(*columns).union(*tables, all=True)  # type: ignore[return-value]
