"""What people type about accounts, checked for shape. Rules live in the services."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, CareLink, Clinic, Membership, Profession, User
from accounts.services import profile

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def zone_field(label: "StrOrPromise") -> forms.ChoiceField:
    """Return a list of time zones to choose from."""
    return forms.ChoiceField(
        label=label, choices=lambda: [(zone, zone.replace("_", " ")) for zone in profile.zones()]
    )


class AcceptForm(forms.Form):
    """What a person without an account fills in at an invitation."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to sign in with a code we send you."),
    )
    accepts = forms.BooleanField(
        label=_("I have read the privacy notice and agree"),
        error_messages={"required": _("Please read the privacy notice and tick the box.")},
    )
    time_zone = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class AgreeForm(forms.Form):
    """What a person who already has an account fills in at an invitation, or when the notice changed."""

    accepts = AcceptForm.base_fields["accepts"]


class ZoneForm(forms.Form):
    time_zone = zone_field(_("Time zone"))


class DisplayForm(forms.Form):
    """How pages look and speak. The language is asked for where there is more than one."""

    language = forms.ChoiceField(label=_("Language"), widget=forms.RadioSelect)
    text_size = forms.ChoiceField(
        label=_("Size of the text"), choices=User.TextSize.choices, widget=forms.RadioSelect
    )
    hand = forms.ChoiceField(
        label=_("Which hand can you use?"),
        choices=User.Hand.choices,
        widget=forms.RadioSelect,
        help_text=_("The main buttons move to that side."),
    )
    theme = forms.ChoiceField(label=_("Colours"), choices=User.Theme.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [code for code, _name in settings.LANGUAGES]
        if len(codes) < 2:
            del self.fields["language"]
        else:
            self.fields["language"].choices = [  # type: ignore[attr-defined]
                (code, get_language_info(code)["name_local"].capitalize()) for code in codes
            ]


class TokenForm(forms.Form):
    name = forms.CharField(label=_("What is the key for?"), max_length=80)
    scope = forms.ChoiceField(
        label=_("What may it do?"), choices=ApiToken.Scope.choices, initial=ApiToken.Scope.READ
    )
    days = forms.TypedChoiceField(
        label=_("How long does it work?"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year"))],
        initial=90,
    )


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    profession = forms.ChoiceField(label=_("Profession"), choices=Profession.choices)
    may_confirm_plans = forms.BooleanField(label=_("May confirm plans"), required=False)
    is_manager = forms.BooleanField(label=_("Manages the clinic"), required=False)


class ClinicForm(forms.ModelForm):
    """What a manager may change. Clinical thresholds need an operator and a clinician's word."""

    time_zone = zone_field(_("Time zone"))

    class Meta:
        model = Clinic
        fields = [
            "name",
            "time_zone",
            "phone",
            "phone_hours",
            "out_of_hours_phone",
            "emergency_number",
            "crisis_line",
        ]
        labels = {
            "name": _("Name of the clinic"),
            "phone": _("Phone"),
            "phone_hours": _("When the phone is answered"),
            "out_of_hours_phone": _("Phone when closed"),
            "emergency_number": _("Emergency number"),
            "crisis_line": _("Crisis line"),
        }

    def _post_clean(self) -> None:
        # The service changes the row; the form must not touch the one the page shows.
        return


class TakeOnForm(forms.Form):
    """Who else cares for a patient."""

    member = forms.ChoiceField(label=_("Who"))
    reason = forms.ChoiceField(label=_("Why"), choices=CareLink.Reason.choices)
    until_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Needed for cover. The person sees nothing after that day."),
    )

    def __init__(self, data: Any = None, *, members: Iterable[Membership], zone: str) -> None:
        super().__init__(data)
        self.members = {str(member.public_id): member for member in members}
        self.fields["member"].choices = [(code, member.user.name) for code, member in self.members.items()]  # type: ignore[attr-defined]
        self.zone = zone

    def clean_member(self) -> Membership:
        """Return the member chosen."""
        return self.members[self.cleaned_data["member"]]

    def until_at(self) -> datetime | None:
        """Return the end of the last day in the clinic's zone."""
        day: date | None = self.cleaned_data["until_on"]
        if day is None or day == date.max:
            return None
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.zone))


def password_rules() -> list[str]:
    """List what a password must be, in sentences."""
    return list(password_validators_help_texts())
