"""What every page's frame needs to know."""

from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import clock
from accounts.queries import Person, phone_key
from reminders.queries import paused_until


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's words and the person's place, from the one cached lookup on the request."""
    person: Person | None = getattr(request, "person", None)
    clinic = person.clinic if person else None
    return {
        "product_name": settings.PRODUCT_NAME,
        "person": person,
        "theme": person.user.theme if person else "system",
        "text_size": person.user.text_size if person else "normal",
        "hand": person.user.hand if person else "both",
        "reminders_paused_until": partial(_paused_until, person),
        "is_patient": bool(person and person.is_patient),
        "phone_key": phone_key(person.user) if person and person.is_patient else "",
        "is_staff_member": bool(person and person.is_staff_member),
        "is_manager": bool(person and person.managed),
        "clinic": clinic,
        "clinic_phone": clinic.phone if clinic else settings.DEFAULT_CLINIC_PHONE,
        "clinic_phone_hours": clinic.phone_hours if clinic else "",
        "out_of_hours_phone": clinic.out_of_hours_phone if clinic else "",
        "emergency_number": clinic.emergency_number if clinic else settings.DEFAULT_EMERGENCY_NUMBER,
    }


def _paused_until(person: Person | None) -> date | None:
    """Return the first day with reminders again while they are paused; asked by the pages that say so."""
    return paused_until(person.patients, now=clock.now()) if person else None
