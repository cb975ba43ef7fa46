"""The link at the end of a mail: ids only, signed, with an end, and bound to the address it went to."""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing

from accounts.models import Patient
from reminders.domain import facts as known

LASTS = timedelta(days=180)
_SALT = "reminders.stop"
_LETTERS = {
    "e": known.EXERCISES,
    "l": known.LOG,
    "v": known.VISIT,
    "b": known.X_RAY_BOOK,
    "o": known.X_RAY_OVERDUE,
    "p": known.PLAN_CHANGED,
    "c": known.VISIT_CHANGED,
    "m": known.MEDICINE,
    "h": known.BONE_HEALTH,
    "w": known.WOUND_CHECK,
    "g": known.GATE_WAITING,
}
"""A link carries letters: what a mail is about stays out of addresses and the logs they end up in."""


@dataclass(frozen=True, slots=True)
class StopLink:
    """What an intact link stands for."""

    patient: Patient
    kinds: frozenset[str]


def make_token(*, patient_id: UUID, kinds: Collection[str], address: str) -> str:
    """Return the signed part of the link that stops these kinds for this patient at this address."""
    letters = "".join(letter for letter, kind in _LETTERS.items() if kind in kinds)
    return signing.dumps({"p": patient_id.hex, "k": letters, "a": _digest(address)}, salt=_SALT)


def read_token(token: str) -> StopLink | None:
    """Return what the link stands for, or None: broken, older than 180 days, or sent to a former address."""
    try:
        body = signing.loads(token, salt=_SALT, max_age=LASTS)
        patient = Patient.objects.select_related("user", "clinic").get(public_id=UUID(hex=body["p"]))
    except (signing.BadSignature, Patient.DoesNotExist):
        return None
    address = patient.user.email if patient.user else patient.email
    if not hmac.compare_digest(body["a"], _digest(address)):
        return None
    return StopLink(patient, frozenset(_LETTERS[letter] for letter in body["k"]))


def _digest(address: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, address.strip().lower().encode(), hashlib.sha256).hexdigest()[:16]
