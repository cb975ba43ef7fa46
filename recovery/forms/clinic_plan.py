"""Forms of the plan's page. ``seen`` is what the draft looked like when the page was drawn."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from recovery.forms.clinic import ClinicForm, DayField
from recovery.models import PlanVersion
from recovery.queries.clinic_offers import Offer


class SeenForm(ClinicForm):
    seen = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)


class DraftForm(SeenForm):
    """Draft one of the protocols offered; where units differ on the load, a person must choose."""

    refusals: ClassVar[dict[str, str]] = {"load_choice_missing": "load_choice"}

    protocol_id = forms.CharField(max_length=80, widget=forms.HiddenInput)
    load_choice = forms.ChoiceField(
        label=_("Load: units differ, choose one"),
        choices=PlanVersion.LoadChoice.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why a new version?"),
        max_length=300,
        required=False,
        help_text=_("The patient reads this too."),
    )

    def __init__(self, *args: Any, offer: Offer, asks_reason: bool, seen: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{offer.id.replace('.', '-')}_%s"
        kwargs["initial"] = {"protocol_id": offer.id, "seen": seen}
        super().__init__(*args, **kwargs)
        self.offer = offer
        if not asks_reason:
            del self.fields["reason"]
        if offer.asks_load_choice:
            choice = self.fields["load_choice"]
            assert isinstance(choice, forms.ChoiceField)  # noqa: S101  # nosec: declared above
            loads = (offer.load, offer.load_alt)
            choice.choices = [
                (code, f"{label}\n{'; '.join(load)}")
                for (code, label), load in zip(PlanVersion.LoadChoice.choices, loads, strict=True)
            ]
        else:
            del self.fields["load_choice"]


class RangeForm(SeenForm):
    """A range of weeks in place of the programme's."""

    early = forms.IntegerField(label=_("Early, weeks"), min_value=1, max_value=104)
    typical = forms.IntegerField(label=_("Typical, weeks"), min_value=1, max_value=104)
    late = forms.IntegerField(label=_("Late, weeks"), min_value=1, max_value=104)
    reason = forms.CharField(
        label=_("Why does it differ?"),
        max_length=200,
        error_messages={"required": _("Say why the range differs.")},
    )


class FilmForm(SeenForm):
    """Another day for one x-ray of the draft."""

    key = forms.CharField(max_length=20, widget=forms.HiddenInput)
    due_on = DayField(label=_("New day"))

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{key}_%s"
        super().__init__(*args, **kwargs)


class ConfirmForm(SeenForm):
    """A clinician confirms the draft as it stands."""

    checked = forms.BooleanField(
        label=_("I have checked the bone, the load, the dates and the devices worn"),
        error_messages={"required": _("Check the plan, then tick the box.")},
    )


class ReleaseForm(ClinicForm):
    """A clinician releases the next load or phase."""

    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    checked = forms.BooleanField(
        label=_("I have checked each point above"),
        error_messages={"required": _("Check each point, then tick the box.")},
    )

    def __init__(self, *args: Any, has_gate: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_gate:
            del self.fields["checked"]
