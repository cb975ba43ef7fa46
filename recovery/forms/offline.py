"""The short daily log of a phone without a network. A script keeps the answers; nothing here is posted."""

from django import forms
from django.utils.translation import gettext as _

from recovery import protocols
from recovery.domain import log as rules
from recovery.forms.patient import pain_field


class OfflineDayForm(forms.Form):
    """The daily set, for whatever repair: the phone knows no more of it than the programme."""

    def __init__(self) -> None:
        super().__init__()
        asked = {one.name: one for one in protocols.load().log_fields}
        swelling, check = asked["swelling"], {"fine": _("All looks fine"), "wrong": _("Something is wrong")}
        self.fields["pain_rest"] = pain_field(_question(asked["pain_rest"].prompt), required=True)
        self.fields["pain_move"] = pain_field(_question(asked["pain_move"].prompt), required=False)
        self.fields["swelling"] = _choice(
            _(swelling.prompt), {one: _(one).capitalize() for one in swelling.options}, css="c2 mid"
        )
        self.fields["check"] = _choice(_("How does it look?"), check)
        self.fields["note"] = forms.CharField(
            label=_("Note (if you like)"),
            required=False,
            max_length=rules.NOTE_LENGTH,
            widget=forms.Textarea(attrs={"rows": 2}),
        )


def _question(prompt: str) -> str:
    words, mark, _rest = _(prompt).partition("?")
    return words + mark


def _choice(label: str, words: dict[str, str], *, css: str = "") -> forms.ChoiceField:
    box = forms.RadioSelect(attrs={"class": css})
    return forms.ChoiceField(label=label, required=False, choices=list(words.items()), widget=box)
