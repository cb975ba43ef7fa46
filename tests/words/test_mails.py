"""Mails in Spanish say nothing about health either, unless the patient turned details on."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from reminders.models import Kind

HEALTH = re.compile(
    r"radiograf|fractur|hueso|muñeca|tobillo|dolor|ejercici|\bsan[ao]|placa|tornillo|yeso|férula|operaci|terap|herida|medicin",
    re.IGNORECASE,
)
KINDS = [kind.value for kind in Kind if not kind.value.startswith("staff")]


class TestTheSubjectInSpanish:
    @pytest.mark.parametrize("kind", KINDS)
    def test_says_nothing_about_health(self, kind):
        words = {
            "when": "9:00",
            "day": "viernes",
            "time": "10:40",
            "told_day": "jueves",
            "near": "mañana",
            "count": 2,
            "minutes": 20,
            "has_details": False,
        }
        with translation.override("es"):
            subject = render_to_string(f"reminders/email/{kind}/subject.txt", words)
            body = render_to_string(f"reminders/email/{kind}/body.txt", words)

        with translation.override("en"):
            assert subject != render_to_string(f"reminders/email/{kind}/subject.txt", words)
        assert not HEALTH.search(subject), subject
        assert not HEALTH.search(body), body
