"""The load that stands above a patient's exercises: the strictest one of a limb (hazard H13)."""

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from recovery import protocols
from recovery.models import PlanLoad, PlanVersion
from recovery.queries import patient_place
from recovery.queries.patient_place import LoadLine

MOST_LOADS = 200
"""More steps than all plans of one person hold."""


def standing_loads(user: User) -> dict[int, LoadLine]:
    """Return the load of each open recovery of a person, by its key, as Today shows it (1 query).

    Who released it and what is planned next are left out. A plan that was made for an earlier treatment
    allows nothing any more.
    """
    rows = _released(user)
    lines = {recovery_id: _line(code, version) for recovery_id, _side, code, version in rows}
    sides = {recovery_id: side for recovery_id, side, _code, _version in rows}
    found = {}
    for key, mine in lines.items():
        limb = [other for one, other in lines.items() if sides[one] == sides[key]]
        line = patient_place.strictest(mine, limb)
        if line:
            found[key] = line
    return found


def _released(user: User) -> list[tuple[int, str, str, str]]:
    """Return what was released by recovery, the last of each one last."""
    plans = PlanVersion.objects.of(user).filter(
        recovery__plan=F("pk"), recovery__current_repair=F("repair"), recovery__closed_at__isnull=True
    )
    rows = PlanLoad.objects.filter(plan__in=plans, released_at__isnull=False).order_by("position", "pk")
    return list(
        rows.values_list("plan__recovery_id", "plan__recovery__side", "code", "plan__content_version")[
            :MOST_LOADS
        ]
    )


def _line(code: str, version: str) -> LoadLine:
    load = protocols.load(version).load_codes[code]
    return LoadLine(
        text=_(load.plain),
        by="",
        since_on=None,
        note="",
        next_label="",
        next_on=None,
        is_new=False,
        scale=load.scale,
        rank=load.rank,
    )
