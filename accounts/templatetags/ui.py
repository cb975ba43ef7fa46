"""What templates need to draw icons and form fields. No queries, no words of its own."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()

KINDS = {
    forms.HiddenInput: "hidden",
    forms.RadioSelect: "tiles",
    forms.CheckboxSelectMultiple: "tiles",
    forms.CheckboxInput: "check",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a question, as its tile shows it. ``attrs`` are safe HTML attributes."""

    type: str
    name: str
    value: str
    attrs: SafeString
    label: str
    hint: str


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    """Draw a lucide icon that says nothing to a screen reader: a word always stands beside it."""
    return _drawn(str(name), str(css))


@lru_cache(maxsize=256)
def _drawn(name: str, css: str) -> SafeString:
    if name.endswith(("-left", "-right")):
        css += " flip"  # points the other way where people read from right to left
    attributes: dict[str, Any] = {"class": css, "aria-hidden": "true", "focusable": "false"}
    svg = lucide(name, **attributes)
    # Icons come from the package, never from a person's words.
    return mark_safe(" ".join(svg.split()).replace("> <", "><"))  # nosec B308 B703


@register.filter
def tel(number: str) -> str:
    """Turn a written phone number into an address a phone can call: digits and a leading plus."""
    return "tel:" + re.sub(r"(?!^\+)[^0-9*#]", "", str(number).strip())


@register.filter
def kind(field: BoundField) -> str:
    """Name how a field is drawn: hidden, tiles, check, group (several inputs) or line (one input)."""
    widget = field.field.widget
    for widget_class, name in KINDS.items():
        if isinstance(widget, widget_class):
            return name
    return "hidden" if widget.is_hidden else "group" if field.use_fieldset else "line"


@register.filter
def control(field: BoundField, css: str = "") -> SafeString:
    """Draw a field's own input in the house style, with any further classes.

    A placeholder is left out: it vanishes when the person types. Dates and times use the phone's picker.
    """
    widget = _with_picker(field.field.widget)
    classes = " ".join(filter(None, ["in", css, widget.attrs.get("class")]))
    return field.as_widget(widget=widget, attrs={"class": classes, "placeholder": False})


def _with_picker(widget: forms.Widget) -> forms.Widget:
    if isinstance(widget, forms.DateInput):
        return forms.DateInput(attrs={**widget.attrs, "type": "date"}, format="%Y-%m-%d")
    if isinstance(widget, forms.TimeInput):
        return forms.TimeInput(attrs={**widget.attrs, "type": "time"}, format="%H:%M")
    return widget


@register.filter
def first_id(field: BoundField) -> str:
    """Return the id of the first input of a field, for a link that leads to it."""
    if kind(field) == "tiles":
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.filter
def choices(field: BoundField) -> list[Choice]:
    """List the answers of a radio or check box field.

    The first line of a choice's label is the answer, further lines are a hint in small letters.
    """
    return [_choice(widget.data) for widget in field.subwidgets]


def _choice(data: dict[str, Any]) -> Choice:
    answer, _newline, hint = str(data.get("label", "")).partition("\n")
    attrs = {name: value for name, value in data["attrs"].items() if name != "class"}
    value = "" if data["value"] is None else str(data["value"])
    return Choice(data["type"], data["name"], value, flatatt(attrs), answer, hint)
