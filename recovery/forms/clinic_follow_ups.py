"""Forms for visits and x-ray results. The x-ray form is made from the reference's fields."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from recovery.domain import xray
from recovery.domain.xray import XrayField
from recovery.forms.clinic import ClinicForm, DayField
from recovery.models import Visit, XRay
from recovery.queries import clinic_words
from recovery.queries.clinic_follow_ups import PlannedFilm

QUICK = ("position_vs_last", "callus", "clinician_verdict")
_LABELS = {
    "film_date": _("Day of the x-ray"),
    "modality": _("Kind of picture"),
    "position_vs_last": _("Position, against the last picture"),
    "callus": _("Callus"),
    "clinician_verdict": _("Your verdict"),
    "next_film_week": _("Next x-ray, week"),
    "note_for_patient": _("What the patient reads"),
    "rust_cortices": _("RUST of four cortices"),
    "clinical_union": _("Found on examination"),
    "hardware": _("Hardware"),
}
_QUICK_WORDS = {
    "position_vs_last": clinic_words.POSITIONS,
    "callus": clinic_words.CALLUS,
    "clinician_verdict": clinic_words.VERDICTS,
}
_LAYOUT = {"position_vs_last": "c2 mid", "callus": "c2 mid", "clinician_verdict": "c2 mid"}


class VisitForm(ClinicForm):
    """Book a visit at a wall time in the clinic's zone."""

    refusals: ClassVar[dict[str, str]] = {"booked_already": "on"}

    kind = forms.ChoiceField(
        label=_("What for?"),
        choices=Visit.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the visit is for.")},
    )
    film_key = forms.ChoiceField(label=_("Which planned x-ray?"), required=False)
    on = DayField(label=_("Day"))
    at = forms.TimeField(
        label=_("Time"),
        error_messages=dict.fromkeys(
            ("required", "invalid"), _("Give the time as hours and minutes, such as 14:30.")
        ),
    )
    minutes = forms.IntegerField(label=_("How many minutes?"), min_value=5, max_value=480, initial=30)
    place = forms.CharField(label=_("Where?"), max_length=120, required=False)
    note = forms.CharField(
        label=_("Note to the patient"), max_length=300, required=False, help_text=_("Such as what to bring.")
    )
    visit_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, films: Sequence[PlannedFilm], **kwargs: Any) -> None:
        kwargs["initial"] = {"visit_id": uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        _offer_films(self.fields["film_key"], [one for one in films if not one.has_result])

    def refuse(self, error: ValidationError) -> None:
        """Put a refusal beside its field; where the id was used already, the next press books anew."""
        super().refuse(error)
        if getattr(error, "code", "") == "conflict":
            self.renew(visit_id=uuid4())

    def clean(self) -> dict[str, Any]:
        """Keep a planned film only for a visit that is for an x-ray."""
        super().clean()
        if self.cleaned_data.get("kind") != Visit.Kind.X_RAY:
            self.cleaned_data["film_key"] = ""
        return self.cleaned_data


class MoveVisitForm(ClinicForm):
    """Another day, time or place for a booked visit."""

    refusals: ClassVar[dict[str, str]] = {"booked_already": "on"}

    on = DayField(label=_("Day"))
    at = VisitForm.base_fields["at"]
    place = forms.CharField(label=_("Where?"), max_length=120, required=False)


class XRayForm(ClinicForm):
    """A film's result: position, callus and verdict are separate answers; the rest is folded."""

    patient_phoned = forms.TypedChoiceField(
        label=_("Has the patient been phoned?"),
        choices=[("yes", _("Yes, phoned")), ("no", _("Not yet"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "c2 mid"}),
        help_text=_("Only for a bone that moved. Until then the patient does not see the result."),
    )
    seen = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)
    x_ray_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        table: Sequence[XrayField],
        site: str,
        films: Sequence[PlannedFilm],
        record: XRay | None = None,
        **kwargs: Any,
    ) -> None:
        self.table = xray.fields_for(table, site=site)
        self.record = record
        kwargs["initial"] = {**_initial(record), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if record is None:
            self.fields["film_key"] = forms.ChoiceField(label=_("Which planned x-ray?"), required=False)
            _offer_films(self.fields["film_key"], [one for one in films if not one.has_result])
        for one in self.table:
            self.fields[one.name] = _field(one)

    def clean_seen(self) -> str:
        """Refuse to overwrite what a colleague corrected meanwhile."""
        if self.record is not None and self.cleaned_data["seen"] != stamp(self.record):
            words = _(
                "%(name)s changed this result since you opened it. Read it as it is now, then save again."
            )
            self.add_error(
                None, ValidationError(words, code="changed", params={"name": self.record.recorded_by_name})
            )
        return stamp(self.record)

    def values(self) -> dict[str, object]:
        """Return the record's values by the reference's names; the form is valid."""
        return {one.name: self.cleaned_data[one.name] for one in self.table}

    def save_id(self) -> UUID:
        """Return the id this result is kept under, so that sending it twice makes one."""
        return self.cleaned_data["x_ray_id"] or uuid4()

    def first(self) -> list[BoundField]:
        """Return the questions everybody answers, before the quick ones."""
        return [self[name] for name in ("film_key", "film_date", "modality") if name in self.fields]

    def quick(self) -> list[BoundField]:
        """Return the three answers that make the result."""
        return [self[name] for name in QUICK]

    def words(self) -> list[BoundField]:
        """Return what the patient reads, and when the next film comes."""
        return [self[name] for name in ("note_for_patient", "next_film_week")]

    def rest(self) -> list[BoundField]:
        """Return the folded questions."""
        shown = {*QUICK, "film_key", "film_date", "modality", "note_for_patient", "next_film_week"}
        return [self[one.name] for one in self.table if one.name not in shown]

    def opens_rest(self) -> bool:
        """Tell whether the folded part must be open: it holds an answer or an error."""
        return any(field.errors or field.value() not in (None, "", []) for field in self.rest())


class Cortices(forms.CharField):
    """Four whole numbers, written with spaces between them."""

    def to_python(self, value: Any) -> Any:
        """Read the numbers; None where nothing was written."""
        parts = str(super().to_python(value) or "").replace(",", " ").split()
        if not parts:
            return None
        if len(parts) != 4 or not all(one.isascii() and one.isdecimal() and len(one) <= 2 for one in parts):
            raise ValidationError(_("Give four numbers, such as 1 2 2 3."), code="four_numbers")
        return [int(one) for one in parts]

    def prepare_value(self, value: Any) -> Any:
        """Write stored numbers as they are typed."""
        return " ".join(map(str, value)) if isinstance(value, list) else value


def stamp(record: XRay | None) -> str:
    """Return a short text that differs once somebody has corrected the record."""
    if record is None:
        return ""
    return (record.corrected_at or record.recorded_at).isoformat()


def _offer_films(field: forms.Field, films: Sequence[PlannedFilm]) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # nosec: made so by both forms
    named = [(one.key, f"{one.name}: {_on(one.from_on)} – {_on(one.until_on)}") for one in films]
    field.choices = [("", _("Not one of the plan")), *named]


def _on(day: date) -> str:
    return date_format(day, str(_("j M")))


def _initial(record: XRay | None) -> dict[str, Any]:
    if record is None:
        return {"x_ray_id": uuid4(), "modality": "x-ray"}
    columns = {name: getattr(record, name) for name in _LABELS if hasattr(record, name)}
    phoned = {"patient_phoned": "yes" if record.patient_phoned else "no"}
    moved = record.position_vs_last == xray.MOVED
    return {**record.findings, **columns, **(phoned if moved else {}), "seen": stamp(record)}


def _field(one: XrayField) -> forms.Field:
    make = _MAKERS.get(one.kind, _number)
    return make(one, label=_LABELS.get(one.name) or clinic_words.plain(one.name), required=one.required)


def _choices(one: XrayField) -> list[tuple[str, Any]]:
    words = _QUICK_WORDS.get(one.name, {})
    return [(code, words.get(code) or clinic_words.plain(code)) for code in (*one.options, *one.parts)]


def _date(one: XrayField, **more: Any) -> forms.Field:
    return DayField(**more)


def _choice(one: XrayField, **more: Any) -> forms.Field:
    if one.name not in _LAYOUT and not one.required:
        return forms.ChoiceField(choices=[("", _("Not given")), *_choices(one)], **more)
    widget = forms.RadioSelect(attrs={"class": _LAYOUT.get(one.name, "c2 mid")})
    messages = {"required": _("Choose an answer.")}
    return forms.ChoiceField(choices=_choices(one), widget=widget, error_messages=messages, **more)


def _several(one: XrayField, **more: Any) -> forms.Field:
    widget = forms.CheckboxSelectMultiple(attrs={"class": "d2"})
    return forms.MultipleChoiceField(choices=_choices(one), widget=widget, **more)


def _cortices(one: XrayField, **more: Any) -> forms.Field:
    return Cortices(max_length=40, help_text=_("Four numbers, such as 1 2 2 3."), **more)


def _text(one: XrayField, **more: Any) -> forms.Field:
    return forms.CharField(
        max_length=one.maximum or 500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Plain words. Leave it empty for the standard text."),
        **more,
    )


def _integer(one: XrayField, **more: Any) -> forms.Field:
    low, high = _bounds(one)
    return forms.IntegerField(min_value=low, max_value=high, **more)


def _number(one: XrayField, **more: Any) -> forms.Field:
    low, high = _bounds(one)
    return forms.FloatField(min_value=low, max_value=high, **more)


_MAKERS = {
    "date": _date,
    "choice": _choice,
    "multi": _several,
    "composite": _several,
    "list4": _cortices,
    "text": _text,
    "integer": _integer,
}


def _bounds(one: XrayField) -> tuple[int, int]:
    low, high = xray.NUMBER_BOUNDS
    if one.name == "next_film_week":
        low, high = 0, 104
    return low if one.minimum is None else one.minimum, high if one.maximum is None else one.maximum
