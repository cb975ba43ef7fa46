"""How form fields and icons come out. No database."""

import re

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

from accounts.templatetags import ui


class DayForm(forms.Form):
    pain = forms.ChoiceField(
        label="Pain now",
        choices=[(number, number) for number in range(11)],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a number for your pain, from 0 to 10."},
    )
    skin = forms.ChoiceField(
        choices=[("ok", "All looks fine"), ("bad", "Something is wrong\nWe ask what")],
        widget=forms.RadioSelect(attrs={"class": "c2"}),
        required=False,
    )
    name = forms.CharField(
        help_text="As on your letter", widget=forms.TextInput(attrs={"placeholder": "Name"})
    )
    born_on = forms.DateField(required=False)
    agreed = forms.BooleanField(label="I have read it")
    sets = forms.IntegerField(label="Sets", initial=2)


def draw(template: str, form: forms.Form) -> str:
    return Template(template).render(Context({"form": form}))


class TestField:
    def test_ties_label_hint_and_error_to_its_input(self):
        html = draw("{{ form.name.as_field_group }}", DayForm({}))

        assert '<label for="id_name">' in html
        assert 'id="id_name_helptext"' in html
        assert 'id="id_name_error"' in html
        assert 'aria-describedby="id_name_helptext id_name_error"' in html
        assert 'aria-invalid="true"' in html

    def test_shows_no_placeholder(self):
        assert "placeholder" not in draw("{{ form.name.as_field_group }}", DayForm())

    def test_keeps_what_was_typed(self):
        html = draw("{{ form.name.as_field_group }}", DayForm({"name": "Pat <b>"}))

        assert 'value="Pat &lt;b&gt;"' in html

    def test_asks_a_date_with_the_picker_of_the_phone(self):
        html = draw("{{ form.born_on.as_field_group }}", DayForm({"born_on": "1956-03-02"}))

        assert html.count("type=") == 1
        assert 'type="date"' in html
        assert 'value="1956-03-02"' in html

    def test_says_which_answers_are_up_to_the_person(self):
        assert "(if you like)" in draw("{{ form.born_on.as_field_group }}", DayForm())
        assert "(if you like)" not in draw("{{ form.name.as_field_group }}", DayForm())


class TestPainPicker:
    TEMPLATE = '{% include "forms/_nrs.html" with field=form.pain card=1 note="Yesterday you chose 3." %}'

    def test_offers_eleven_numbers_and_chooses_none(self):
        html = draw(self.TEMPLATE, DayForm())

        assert re.findall(r'name="pain" value="(\d+)"', html) == [str(number) for number in range(11)]
        assert "checked" not in html

    def test_keeps_a_zero(self):
        html = draw(self.TEMPLATE, DayForm({"pain": "0"}))

        assert re.findall(r'value="(\d+)"[^>]* checked', html) == ["0"]

    def test_names_the_group_and_its_error(self):
        html = draw(self.TEMPLATE, DayForm({}))

        assert '<legend class="legend">Pain now</legend>' in html
        assert 'aria-describedby="id_pain_error"' in html


class TestTiles:
    def test_put_the_second_line_of_a_label_in_small_letters(self):
        html = draw("{{ form.skin.as_field_group }}", DayForm())

        assert "Something is wrong<small>We ask what</small>" in html
        assert 'class="tiles c2"' in html

    def test_escape_what_a_label_says(self):
        form = DayForm()
        form.fields["skin"].choices = [("x", "<script>")]

        assert "<script>" not in draw("{{ form.skin.as_field_group }}", form)


class TestStepper:
    def test_saves_on_enter_before_it_counts(self):
        html = draw('{% include "forms/_stepper.html" with field=form.sets %}', DayForm())

        buttons = re.findall(r"<button[^>]*>", html)
        assert "name=" not in buttons[0]
        assert 'value="sets:dec"' in buttons[1]
        assert 'value="sets:inc"' in buttons[2]


class TestErrorBox:
    def test_leads_to_the_first_input_of_each_wrong_field(self):
        html = draw('{% include "_errors.html" %}', DayForm({}))

        assert re.findall(r'href="#(\w+)"', html) == ["id_pain_0", "id_name", "id_agreed", "id_sets"]
        assert 'role="alert"' in html
        assert "Check 4 answers" in html

    def test_is_absent_while_nothing_is_wrong(self):
        assert not draw('{% include "_errors.html" %}', DayForm()).strip()


class TestIcon:
    def test_is_silent_for_screen_readers(self):
        assert 'aria-hidden="true"' in ui.icon("house")


class TestPhoneNumber:
    @pytest.mark.parametrize(
        ("written", "dialled"),
        [("112", "tel:112"), ("+43 (1) 000-00", "tel:+43100000"), ('1"2', "tel:12")],
    )
    def test_becomes_what_a_phone_can_call(self, written, dialled):
        assert ui.tel(written) == dialled


class TestMailFrame:
    def test_needs_only_a_heading(self):
        for part in ("html", "txt"):
            mail = render_to_string(f"reminders/email/base.{part}", {"heading": "You have a visit"})

            assert "You have a visit" in mail
            assert "None" not in mail
            assert "href" not in mail

    def test_says_the_same_in_both_parts(self):
        said = {
            "clinic_name": "Elm clinic",
            "heading": "You have a visit",
            "lines": ["Friday 27 November", "About 45 minutes"],
            "button_url": "https://recovery.example.org/visits/",
            "button_text": "See my visit",
            "phone": "0000 000 000",
            "emergency_number": "112",
            "why": "Your visit reminders are on.",
            "change_url": "https://recovery.example.org/reminders/",
        }
        html, text = (render_to_string(f"reminders/email/base.{part}", said) for part in ("html", "txt"))

        for words in (*(value for value in said.values() if isinstance(value, str)), *said["lines"]):
            assert words in html
            assert words in text
