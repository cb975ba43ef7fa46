"""A recovery's plan: read by all who see the recovery, changed only by clinicians."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import clock
from accounts.clock import local_day
from recovery.api.description import reads, writes
from recovery.api.endpoint import Endpoint, find
from recovery.api.fields import IdField
from recovery.api.recoveries import in_care, recoveries
from recovery.api.x_rays import told
from recovery.domain import timeline
from recovery.models import PlanFilm, PlanLoad, PlanPhase, PlanTherapy, PlanVersion, Recovery, Visit, XRay
from recovery.queries.clinic_plan import fingerprint
from recovery.services.plan import confirm_plan, draft_plan, release_load, release_phase

_ROWS = (
    Prefetch("phases", PlanPhase.objects.order_by("starts_on")),
    Prefetch("loads", PlanLoad.objects.order_by("position")),
    Prefetch("films", PlanFilm.objects.order_by("due_on")),
    Prefetch("therapy", PlanTherapy.objects.order_by("from_on")),
    "gates",
)


class PhaseSerializer(serializers.Serializer):
    """A phase. The dates propose; ``released_at`` says that a clinician released it."""

    code = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day after the phase.")
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(source="released_by_name")


class LoadSerializer(serializers.Serializer):
    """A step of weight or lifting. The date proposes; ``released_at`` says that a clinician released it."""

    id = IdField(source="public_id")
    code = serializers.CharField()
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True, help_text="The first day after the step.")
    released_at = serializers.DateTimeField(allow_null=True)
    released_by = serializers.CharField(source="released_by_name")


class FilmSerializer(serializers.Serializer):
    key = serializers.CharField(help_text="Names the same film in every version.")
    week = serializers.IntegerField()
    due_on = serializers.DateField()
    window_from_on = serializers.DateField()
    window_until_on = serializers.DateField()


class TherapySerializer(serializers.Serializer):
    from_on = serializers.DateField()
    until_on = serializers.DateField()
    visits_per_week = serializers.DecimalField(max_digits=4, decimal_places=2, coerce_to_string=False)


class GateSerializer(serializers.Serializer):
    code = serializers.CharField()
    change = serializers.CharField()
    needs = serializers.ListField(child=serializers.DictField())


class PlanSerializer(serializers.Serializer):
    """One version of a plan. A draft drives nothing."""

    id = IdField(source="public_id")
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=PlanVersion.State.choices)
    protocol = serializers.CharField(source="protocol_id")
    content_version = serializers.CharField()
    day_zero_on = serializers.DateField()
    ends_on = serializers.DateField()
    load_choice = serializers.ChoiceField(choices=PlanVersion.LoadChoice.choices)
    device = serializers.CharField()
    device_off_from_on = serializers.DateField(allow_null=True)
    device_off_until_on = serializers.DateField(allow_null=True)
    rom_limits = serializers.ListField(child=serializers.DictField())
    has_union = serializers.BooleanField()
    early_weeks = serializers.IntegerField(
        allow_null=True, help_text="Of a group of people, never a forecast."
    )
    typical_weeks = serializers.IntegerField(allow_null=True)
    late_weeks = serializers.IntegerField(allow_null=True)
    drafted_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    confirmed_by = serializers.CharField(source="confirmed_by_name")
    phases = PhaseSerializer(many=True)
    loads = LoadSerializer(many=True)
    films = FilmSerializer(many=True)
    therapy = TherapySerializer(many=True)
    gates = GateSerializer(many=True)


class PlansSerializer(serializers.Serializer):
    """The version in force, and the draft that may follow it. A draft drives nothing."""

    in_force = PlanSerializer(allow_null=True)
    draft = PlanSerializer(allow_null=True)
    seen = serializers.CharField(help_text="A mark of the draft as it is now: send it to confirm just this.")


class DraftSerializer(serializers.Serializer):
    protocol = serializers.CharField(max_length=80)
    load_choice = serializers.ChoiceField(
        choices=PlanVersion.LoadChoice.choices,
        allow_null=True,
        default=None,
        help_text="Asked where units differ.",
    )
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class ConfirmSerializer(serializers.Serializer):
    plan = IdField(help_text="The draft that was read.")
    seen = serializers.CharField(
        max_length=64, help_text="The mark that came with it. If the draft has changed since: 409."
    )


class ReleaseSerializer(serializers.Serializer):
    load = IdField(required=False, help_text="The next step of load, by its id.")
    phase = serializers.CharField(max_length=20, required=False, help_text="Or the next phase, by its code.")
    note = serializers.CharField(max_length=300, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one of the two."""
        if ("load" in attrs) == ("phase" in attrs):
            raise serializers.ValidationError(_("Give either a load or a phase."), code="one_of_two")
        return attrs


class MilestoneSerializer(serializers.Serializer):
    """A local date on the way. A phase or load has ``is_released`` true once a clinician released it."""

    kind = serializers.CharField(help_text="phase, load, film, visit or x_ray")
    code = serializers.CharField(help_text="The phase, load, film or kind of visit; the result of an x-ray.")
    id = IdField(allow_null=True, help_text="Of a visit, an x-ray or a step of load.")
    on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True)
    is_released = serializers.BooleanField(allow_null=True)
    is_done = serializers.BooleanField()


class TimelineSerializer(serializers.Serializer):
    """The way so far and the way ahead. The range in weeks is of a group of people, no forecast."""

    recovery = IdField()
    today_on = serializers.DateField(help_text="The patient's local date.")
    week = serializers.IntegerField(allow_null=True, help_text="As screens say it: days 14 to 20 are week 3.")
    is_confirmed = serializers.BooleanField(help_text="False while no clinician has confirmed a plan.")
    day_zero_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    early_weeks = serializers.IntegerField(allow_null=True)
    typical_weeks = serializers.IntegerField(allow_null=True)
    late_weeks = serializers.IntegerField(allow_null=True)
    milestones = MilestoneSerializer(many=True)


class Plan(Endpoint):
    """A recovery's plan."""

    @reads("plan_read", PlansSerializer, tag="recoveries")
    def get(self, request: Request, recovery_id: UUID) -> Response:
        """Read the plan in force and the draft, if there are any."""
        recovery = find(recoveries(self), recovery_id)
        self.note_reading(recovery.patient)
        return _plans(self, recovery)


class Draft(Endpoint):
    """A draft of a plan."""

    @writes("plan_draft", DraftSerializer, PlansSerializer, tag="recoveries", done=(200,))
    def post(self, request: Request, recovery_id: UUID) -> Response:
        """Lay out a protocol as a draft, in place of an earlier draft."""
        given = self.given(DraftSerializer)
        recovery = find(in_care(self), recovery_id)
        draft_plan(
            recovery=recovery,
            protocol_id=given["protocol"],
            load_choice=given["load_choice"],
            reason=given["reason"],
            by=self.user,
            now=clock.now(),
        )
        return _plans(self, recovery)


class Confirm(Endpoint):
    """A clinician's yes."""

    @writes("plan_confirm", ConfirmSerializer, PlansSerializer, tag="recoveries", done=(200,))
    def post(self, request: Request, recovery_id: UUID) -> Response:
        """Put the draft in force, in place of the version before it."""
        given = self.given(ConfirmSerializer)
        recovery = find(in_care(self), recovery_id)
        draft = find(recovery.plans.all(), given["plan"])
        confirm_plan(plan=draft, seen=given["seen"], by=self.user, now=clock.now())
        return _plans(self, recovery)


class Release(Endpoint):
    """The next step of a plan."""

    @writes("plan_release", ReleaseSerializer, PlansSerializer, tag="recoveries", done=(200,))
    def post(self, request: Request, recovery_id: UUID) -> Response:
        """Release the next load or phase of the plan in force. No date ever does."""
        given, now = self.given(ReleaseSerializer), clock.now()
        recovery = find(in_care(self), recovery_id)
        if "load" in given:
            load = find(PlanLoad.objects.filter(plan__recovery=recovery), given["load"])
            release_load(load=load, by=self.user, now=now, note=given["note"])
        else:
            phase = get_object_or_404(PlanPhase, plan_id=recovery.plan_id, code=given["phase"])
            release_phase(phase=phase, by=self.user, now=now, note=given["note"])
        return _plans(self, recovery)


class Timeline(Endpoint):
    """The way so far and the way ahead."""

    @reads("timeline_read", TimelineSerializer, tag="recoveries")
    def get(self, request: Request, recovery_id: UUID) -> Response:
        """Read the dates of the plan in force, the visits and the x-rays, in order."""
        recovery = find(recoveries(self), recovery_id)
        self.note_reading(recovery.patient)
        plan = recovery.plans.in_force().prefetch_related(*_ROWS[:3]).first()
        today = local_day(clock.now(), recovery.patient.time_zone)
        x_rays = told(XRay.objects.filter(recovery=recovery), self.user)
        visits = recovery.visits.exclude(state=Visit.State.CANCELLED)
        steps = [*(_planned(plan) if plan else ()), *map(_visit, visits), *map(_x_ray, x_rays)]
        return self.one(
            {
                "recovery": recovery.public_id,
                "today_on": today,
                "week": timeline.week_of(plan.day_zero_on, today) if plan else None,
                "is_confirmed": plan is not None,
                **{name: getattr(plan, name, None) for name in _OF_PLAN},
                "milestones": sorted(steps, key=lambda one: (one["on"], one["kind"], one["code"])),
            },
            TimelineSerializer,
        )


_OF_PLAN = ("day_zero_on", "ends_on", "early_weeks", "typical_weeks", "late_weeks")


def _plans(view: Endpoint, recovery: Recovery) -> Response:
    rows: QuerySet[PlanVersion] = recovery.plans.filter(state__in=["confirmed", "draft"]).prefetch_related(
        *_ROWS
    )
    found = {row.state: row for row in rows}
    draft = found.get("draft")
    seen = fingerprint(draft, draft.films.all() if draft else ())
    return view.one({"in_force": found.get("confirmed"), "draft": draft, "seen": seen}, PlansSerializer)


def _planned(plan: PlanVersion) -> list[dict[str, Any]]:
    phases = [
        _step("phase", one.code, one.starts_on, one.ends_on, is_released=one.released_at is not None)
        for one in plan.phases.all()
    ]
    loads = [
        _step(
            "load",
            one.code,
            one.from_on,
            one.until_on,
            is_released=one.released_at is not None,
            id=one.public_id,
        )
        for one in plan.loads.all()
    ]
    return [*phases, *loads, *(_step("film", one.key, one.due_on, None) for one in plan.films.all())]


def _visit(visit: Visit) -> dict[str, Any]:
    return _step(
        "visit", visit.kind, visit.on, None, id=visit.public_id, is_done=visit.state == Visit.State.DONE
    )


def _x_ray(x_ray: XRay) -> dict[str, Any]:
    return _step("x_ray", x_ray.clinician_verdict, x_ray.film_date, None, id=x_ray.public_id, is_done=True)


def _step(kind: str, code: str, on: date, until_on: date | None, **more: Any) -> dict[str, Any]:
    blank = {"id": None, "is_released": None, "is_done": False}
    return {"kind": kind, "code": code, "on": on, "until_on": until_on, **blank, **more}
