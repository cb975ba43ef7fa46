"""A patient's charts, x-rays and visit sheet, beside the timeline."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from recovery.queries import patient as queries
from recovery.queries.patient_charts import charts as charts_page
from recovery.queries.patient_timeline import others
from recovery.queries.patient_x_rays import x_rays as x_rays_page
from recovery.queries.visit_sheet import sheet as sheet_page
from recovery.services import follow_ups
from recovery.views.patient import chosen, own_record, user_of


@login_required
@require_safe
def charts(request: HttpRequest) -> HttpResponse:
    """Show what was logged as drawings, with the figures behind them."""
    record, now = own_record(request), clock.now()
    recoveries = queries.recoveries_of(user_of(request))
    recovery = chosen(request, recoveries)
    page = None
    if recovery is not None:
        today = clock.local_day(now, record.time_zone)
        page = charts_page(recoveries, recovery, span=request.GET.get("weeks", ""), today=today)
    return render(request, "recovery/charts.html", {"page": page, "nav": "recovery"})


@login_required
@require_safe
def x_rays(request: HttpRequest) -> HttpResponse:
    """Show what is due and what was found, and remember which results were opened."""
    record, now = own_record(request), clock.now()
    recoveries = queries.recoveries_of(user_of(request))
    recovery = chosen(request, recoveries)
    page = None
    if recovery is not None:
        page = x_rays_page(recoveries, recovery, today=clock.local_day(now, record.time_zone))
        if page.new_result_ids and request.method == "GET":
            follow_ups.see_x_rays(recovery=recovery, x_ray_ids=page.new_result_ids, now=now)
    return render(request, "recovery/x_rays.html", {"page": page, "nav": "recovery"})


@login_required
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Show the one page of facts that a patient brings to a visit."""
    own_record(request)
    recoveries = queries.recoveries_of(user_of(request))
    recovery = chosen(request, recoveries)
    if recovery is None:
        raise Http404
    record = recovery.patient
    page = sheet_page(record, recovery, today=clock.local_day(clock.now(), record.time_zone))
    words = {
        "page": page,
        "today": page.today,
        "others": others(recoveries, recovery),
        "query": f"recovery={recovery.public_id}" if len(recoveries) > 1 else "",
        "nav": "recovery",
    }
    return render(request, "recovery/sheet.html", words)
