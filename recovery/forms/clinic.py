"""Forms of the clinic's pages: a refusal of a service stands beside the field it is about."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.forms import zone_field
from accounts.models import Membership, Patient
from recovery import protocols
from recovery.domain.repair import HARDWARE
from recovery.models import Recovery, Repair
from recovery.queries import clinic_words

EARLIEST = date(1900, 1, 1)
MAIL_GOES_HERE = _(
    "Nothing is mailed without an address. If you change it, an open invitation stops working."
)
MAIL_GOES_TO_ACCOUNT = _("Mail goes to the address the patient signs in with. This one is for the record.")
DETAILS = ("name", "born_on", "clinic_number", "email", "language", "time_zone")


class ClinicForm(forms.Form):
    """A form that can show a refusal. ``refusals`` maps a refusal's code to the field it is about."""

    refusals: ClassVar[Mapping[str, str]] = {}

    def refuse(self, error: ValidationError) -> None:
        """Put a refusal beside its field, or on top where it has none here."""
        if hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                for one in errors:
                    self._put(name, one)
        else:
            for one in error.error_list:
                self._put(self.refusals.get(str(one.code), ""), one)

    def renew(self, **values: object) -> None:
        """Put fresh values into hidden fields of what was sent, so that the next press is a new act."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            for name, value in values.items():
                data[name] = str(value)
            self.data = data

    def _put(self, name: str, error: ValidationError) -> None:
        self.add_error(name if name in self.fields else None, error)


class DayField(forms.DateField):
    """A date people pick. Years before 1900 are slips of the finger."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        words = {"required": _("Choose a day."), "invalid": _("Give the date as day, month and year.")}
        kwargs["error_messages"] = {**words, **kwargs.get("error_messages", {})}
        super().__init__(*args, **kwargs)

    def clean(self, value: Any) -> date | None:
        """Refuse what no calendar of a living person holds."""
        day: date | None = super().clean(value)
        if day is not None and not EARLIEST <= day <= date(2200, 1, 1):
            raise ValidationError(_("Check the year."), code="year")
        return day


def _sites() -> list[tuple[str, str]]:
    fractures = protocols.load().fractures.values()
    return [
        ("", str(_("Choose a bone"))),
        *((one.slug, f"{one.name} ({one.plain.lower()})") for one in fractures),
    ]


def _codes() -> list[Any]:
    groups: list[Any] = [("", str(_("No code")))]
    for one in protocols.load().fractures.values():
        fragile = [one.icd10cm_fragility] if one.icd10cm_fragility else []
        groups.append((one.name, [(code, code) for code in (*one.icd10cm, *fragile)]))
    return groups


def _clinic_name(member: Any) -> str:
    return str(member.clinic.name)


class PersonForm(ClinicForm):
    """Who the patient is."""

    clinic = forms.ModelChoiceField(
        label=_("Clinic"), queryset=Membership.objects.none(), to_field_name="public_id", empty_label=None
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the patient's name.")},
    )
    born_on = DayField(label=_("Date of birth"))
    clinic_number = forms.CharField(label=_("Clinic number"), max_length=40, required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("Without an address nothing is mailed. You can log for the patient."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, required=False)
    time_zone = zone_field(_("Time zone"))
    invites = forms.BooleanField(label=_("Send the invitation now"), required=False)

    def __init__(self, *args: Any, memberships: Iterable[Membership], **kwargs: Any) -> None:
        members = list(memberships)
        initial = {"clinic": members[0].public_id, "time_zone": members[0].clinic.time_zone}
        kwargs["initial"] = {**initial, "language": settings.LANGUAGE_CODE, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        choice = self.fields["clinic"]
        assert isinstance(choice, forms.ModelChoiceField)  # noqa: S101  # nosec: declared above
        ids = [one.pk for one in members]
        choice.queryset = Membership.objects.filter(pk__in=ids).select_related("clinic")
        choice.label_from_instance = _clinic_name  # type: ignore[method-assign,assignment]
        if len(members) == 1:
            choice.required = False
            choice.widget = forms.HiddenInput()
        self._only = members[0] if len(members) == 1 else None

    def clean(self) -> dict[str, Any]:
        """Ask for the address that the invitation goes to."""
        super().clean()
        if (
            self.cleaned_data.get("invites")
            and not self.cleaned_data.get("email")
            and "email" not in self.errors
        ):
            self.add_error(
                "email", ValidationError(_("Give the address, or untick the invitation."), code="no_address")
            )
        if self._only is not None:
            self.cleaned_data["clinic"] = self._only
        return self.cleaned_data


class DetailsForm(ClinicForm):
    """A patient's details, corrected. ``seen`` is the revision that the page showed."""

    refusals: ClassVar[Mapping[str, str]] = {"unknown_time_zone": "time_zone"}

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = PersonForm.base_fields["name"]
    born_on = PersonForm.base_fields["born_on"]
    clinic_number = PersonForm.base_fields["clinic_number"]
    email = PersonForm.base_fields["email"]
    language = PersonForm.base_fields["language"]
    time_zone = PersonForm.base_fields["time_zone"]

    def __init__(self, data: QueryDict | None, *, patient: Patient) -> None:
        self.patient = patient
        known = {name: getattr(patient, name) for name in DETAILS}
        super().__init__(data, initial={**known, "seen": patient.revision})
        self.fields["email"].help_text = MAIL_GOES_TO_ACCOUNT if patient.user_id else MAIL_GOES_HERE

    def clean(self) -> dict[str, Any]:
        """Refuse to undo unseen what a colleague or the patient changed meanwhile."""
        super().clean()
        if self.cleaned_data.get("seen") != self.patient.revision:
            self._show_what_is_known_now()
        return self.cleaned_data

    def details(self) -> dict[str, Any]:
        """Return the details as they were typed; the form is valid."""
        return {name: self.cleaned_data[name] for name in DETAILS}

    def _show_what_is_known_now(self) -> None:
        words = _("These details changed since you opened the page. Check each answer, then save again.")
        self.add_error(None, ValidationError(words, code="changed"))
        for name in [one for one in DETAILS if one in self.cleaned_data]:
            now = getattr(self.patient, name)
            if self.cleaned_data[name] != now:
                told = _("It is “%(value)s” now.") if now else _("It is empty now.")
                shown = date_format(now, str(_("j F Y"))) if isinstance(now, date) else now
                self.add_error(name, ValidationError(told, code="changed", params={"value": shown}))
        if isinstance(self.data, QueryDict):
            self.data = self.data.copy()
            self.data["seen"] = str(self.patient.revision)


class FractureForm(ClinicForm):
    """Which bone is broken, and how."""

    refusals: ClassVar[Mapping[str, str]] = {
        "unknown_site": "site",
        "side_does_not_fit": "side",
        "unknown_code": "icd10cm",
        "already_open": "site",
    }

    site = forms.ChoiceField(
        label=_("Bone"), choices=_sites, error_messages={"required": _("Choose which bone is broken.")}
    )
    side = forms.ChoiceField(
        label=_("Side"),
        choices=Recovery.Side.choices,
        widget=forms.RadioSelect(attrs={"class": "c3 mid"}),
        error_messages={"required": _("Choose left or right, or neither for the spine and the pelvis.")},
    )
    injured_on = DayField(label=_("Day of the injury"))
    is_open = forms.BooleanField(label=_("Open fracture: the skin was broken"), required=False)
    is_low_energy = forms.BooleanField(
        label=_("Low-energy injury, such as a fall from standing height"), required=False
    )
    icd10cm = forms.ChoiceField(
        label=_("ICD-10-CM code"),
        choices=_codes,
        required=False,
        help_text=_("The code's category. It must belong to the bone."),
    )
    recovery_id = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)

    def refuse(self, error: ValidationError) -> None:
        """Put a refusal beside its field; where the id was used already, the next press is a new act."""
        super().refuse(error)
        if getattr(error, "code", "") == "conflict":
            self.renew(recovery_id=uuid4())


class RepairForm(ClinicForm):
    """How the fracture was treated."""

    method = forms.ChoiceField(
        label=_("Treatment"),
        choices=Repair.Method.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the break was treated.")},
    )
    operated_on = DayField(
        label=_("Day of the operation"),
        required=False,
        help_text=_("Leave it empty if there was no operation."),
    )
    hardware = forms.MultipleChoiceField(
        label=_("What holds the bone"),
        choices=lambda: [(code, words) for code, words in clinic_words.HARDWARE.items() if code in HARDWARE],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "d2"}),
        help_text=_("Tick every implant and every device worn: the warning signs depend on it."),
        error_messages={"required": _("Tick what holds the bone, or “None”.")},
    )
    graft = forms.ChoiceField(label=_("Graft"), choices=Repair.Graft.choices, initial=Repair.Graft.NONE)
    note = forms.CharField(
        label=_("Note for the team"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class NewPatientForm(PersonForm, FractureForm, RepairForm):
    """A patient, the broken bone and its treatment on one page."""

    field_order = [
        *PersonForm.base_fields,
        *FractureForm.base_fields,
        *RepairForm.base_fields,
    ]
    refusals: ClassVar[Mapping[str, str]] = {
        **FractureForm.refusals,
        "already_invited": "email",
        "already_there": "email",
        "no_address": "email",
        "unknown_time_zone": "time_zone",
    }


class NewFractureForm(FractureForm, RepairForm):
    """A further broken bone of a patient, with its treatment."""

    field_order = [*FractureForm.base_fields, *RepairForm.base_fields]


class DatesForm(ClinicForm):
    """Corrected dates of the injury and the operation."""

    injured_on = DayField(label=_("Day of the injury"))
    operated_on = DayField(label=_("Day of the operation"))
    reason = forms.CharField(
        label=_("Why is it corrected?"),
        max_length=300,
        help_text=_("The patient reads this too."),
        error_messages={"required": _("Say why. It stands in the plan's history.")},
    )

    def __init__(self, *args: Any, has_operation: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_operation:
            del self.fields["operated_on"]


class CloseForm(ClinicForm):
    """Why a recovery ends."""

    reason = forms.ChoiceField(
        label=_("Why does it end?"),
        choices=Recovery.CloseReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the recovery ends.")},
    )


class CloseWarningForm(ClinicForm):
    """What was done about a warning sign."""

    note = forms.CharField(
        label=_("What was done?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what was done.")},
    )
