"""The clinical reference: protocols and the library of exercises, read only."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Membership
from recovery import protocols
from recovery.api.description import lists, reads
from recovery.api.endpoint import Endpoint
from recovery.domain.exercises import Exercise
from recovery.domain.protocol import GateNeed, Protocol


class WeeksSerializer(serializers.Serializer):
    """Early, typical and late week of a group of people: never a forecast for one person."""

    early = serializers.IntegerField()
    typical = serializers.IntegerField()
    late = serializers.IntegerField()


class ImmobilisationSerializer(serializers.Serializer):
    device = serializers.CharField()
    min_weeks = serializers.IntegerField()
    max_weeks = serializers.IntegerField()


class LoadStepSerializer(serializers.Serializer):
    from_week = serializers.IntegerField()
    until_week = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()


class PhaseWeeksSerializer(serializers.Serializer):
    code = serializers.CharField()
    from_week = serializers.IntegerField()
    until_week = serializers.IntegerField()


class TherapyWeeksSerializer(serializers.Serializer):
    from_week = serializers.IntegerField()
    until_week = serializers.IntegerField()
    visits_per_week = serializers.DecimalField(max_digits=4, decimal_places=2, coerce_to_string=False)


class RomLimitSerializer(serializers.Serializer):
    from_week = serializers.IntegerField()
    until_week = serializers.IntegerField()
    motion = serializers.CharField()
    limit_deg = serializers.IntegerField()


class NeedSerializer(serializers.Serializer):
    kind = serializers.CharField()
    text = serializers.CharField(allow_null=True)
    min_week = serializers.IntegerField(allow_null=True)
    at_phase_start = serializers.BooleanField()
    steps = serializers.SerializerMethodField(help_text="The first week of each load code.")

    def get_steps(self, need: GateNeed) -> list[dict[str, Any]]:
        """Return the weeks and codes of a need of time."""
        return [{"week": week, "code": code} for week, code in need.steps]


class ProtocolGateSerializer(serializers.Serializer):
    name = serializers.CharField()
    change = serializers.CharField()
    needs = NeedSerializer(many=True)


class ProtocolSerializer(serializers.Serializer):
    """A default template, in completed weeks since day 0. A clinician must confirm the plan made from it."""

    id = serializers.CharField()
    content_version = serializers.SerializerMethodField()
    fracture = serializers.CharField()
    treatment = serializers.CharField()
    hardware = serializers.ListField(child=serializers.CharField())
    union = WeeksSerializer(allow_null=True)
    recovery = WeeksSerializer(allow_null=True)
    immobilisation = ImmobilisationSerializer()
    load = LoadStepSerializer(many=True)
    load_alt = LoadStepSerializer(many=True)
    phases = PhaseWeeksSerializer(many=True)
    film_weeks = serializers.ListField(child=serializers.IntegerField())
    therapy = TherapyWeeksSerializer(many=True)
    rom_limits = RomLimitSerializer(many=True)
    gates = ProtocolGateSerializer(many=True)
    extra_gates = ProtocolGateSerializer(many=True)
    note = serializers.CharField(allow_null=True)
    evidence = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField())

    def get_content_version(self, protocol: Protocol) -> str:
        """Return the version of the reference."""
        return protocols.CURRENT


class StopSerializer(serializers.Serializer):
    id = serializers.CharField()
    text = serializers.CharField()


class MoveSerializer(serializers.Serializer):
    """A move of the library. What to avoid is for staff and left out for patients."""

    id = serializers.CharField()
    content_version = serializers.CharField()
    name = serializers.CharField()
    region = serializers.CharField()
    phases = serializers.ListField(child=serializers.CharField())
    steps = serializers.ListField(child=serializers.CharField())
    sets = serializers.IntegerField()
    reps = serializers.IntegerField()
    hold_seconds = serializers.IntegerField()
    times_per_day = serializers.IntegerField()
    minutes = serializers.IntegerField(allow_null=True)
    stop = StopSerializer(many=True)
    load_min = serializers.CharField(allow_null=True)
    needs_ok = serializers.BooleanField()
    needs_xray_ok = serializers.BooleanField()
    avoid = serializers.ListField(child=serializers.CharField(), required=False)
    sources = serializers.ListField(child=serializers.CharField())


class LibraryQuerySerializer(serializers.Serializer):
    region = serializers.CharField(max_length=40, required=False)


class ProtocolQuerySerializer(serializers.Serializer):
    fracture = serializers.CharField(max_length=40, required=False)
    treatment = serializers.CharField(max_length=20, required=False)


class Protocols(Endpoint):
    """Protocols of the clinical reference."""

    @lists("protocols_list", ProtocolSerializer, tag="protocols", query=ProtocolQuerySerializer)
    def get(self, request: Request) -> Response:
        """List the protocols of the current reference."""
        asked = self.asked(ProtocolQuerySerializer)
        rows = [one for one in protocols.load().protocols.values() if _fits(one, asked)]
        return self.page(rows, ProtocolSerializer)


class ProtocolDetail(Endpoint):
    """One protocol."""

    @reads("protocols_read", ProtocolSerializer, tag="protocols")
    def get(self, request: Request, protocol_id: str) -> Response:
        """Read a protocol."""
        found = protocols.load().protocols.get(protocol_id)
        if found is None:
            raise Http404
        return self.one(found, ProtocolSerializer)


class Library(Endpoint):
    """The library of exercises."""

    @lists("library_list", MoveSerializer, tag="library", query=LibraryQuerySerializer)
    def get(self, request: Request) -> Response:
        """List the exercises of the current reference."""
        asked = self.asked(LibraryQuerySerializer)
        is_staff = Membership.objects.of(self.user).exists()
        moves = protocols.load().exercises.values()
        return self.page(
            [_move(one, is_staff=is_staff) for one in moves if _fits(one, asked)], MoveSerializer
        )


class LibraryDetail(Endpoint):
    """One exercise of the library."""

    @reads("library_read", MoveSerializer, tag="library")
    def get(self, request: Request, move_id: str) -> Response:
        """Read an exercise of the library."""
        found = protocols.load().exercises.get(move_id)
        if found is None:
            raise Http404
        return self.one(_move(found, is_staff=Membership.objects.of(self.user).exists()), MoveSerializer)


def _fits(one: Any, asked: dict[str, Any]) -> bool:
    return all(getattr(one, name) == value for name, value in asked.items())


def _move(one: Exercise, *, is_staff: bool) -> dict[str, Any]:
    rules = protocols.load().stop_rules
    rom_note = [one.rom_note] if one.rom_note else []
    shown = {
        "id": one.id,
        "content_version": protocols.CURRENT,
        "name": gettext(one.name),
        "region": one.region,
        "phases": one.phases,
        "steps": [gettext(step) for step in one.steps],
        "sets": one.sets,
        "reps": one.reps,
        "hold_seconds": one.hold_s,
        "times_per_day": one.per_day,
        "minutes": one.minutes,
        "stop": [{"id": rule, "text": gettext(rules[rule].text)} for rule in one.stop],
        "load_min": one.load_min,
        "needs_ok": one.needs_ok,
        "needs_xray_ok": one.needs_xray_ok,
        "sources": one.sources,
    }
    return {**shown, "avoid": [*one.avoid, *rom_note]} if is_staff else shown
