from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import CareLink, Clinic, Invitation, Membership, Patient
from accounts.services import care, invite
from tests import factories

pytestmark = pytest.mark.django_db
DETAILS = {
    "name": "Lakeside clinic",
    "time_zone": "Europe/Paris",
    "phone": "1111",
    "phone_hours": "8 to 5",
    "out_of_hours_phone": "2222",
    "emergency_number": "112",
    "crisis_line": "",
}


@pytest.fixture
def invitation(cast, now):
    return invite.invite_staff(
        clinic=cast.clinic,
        email="new@staff.example",
        profession="nurse",
        is_manager=False,
        may_confirm_plans=False,
        by=cast.cleo,
        now=now,
    )


@pytest.fixture
def writes(cast, invitation):
    """List every address at the clinic's page that changes something, with what it takes."""
    olga = Membership.objects.get(user=cast.olga)
    link = CareLink.objects.get(member__user=cast.max)
    patient = cast.pat_record.public_id
    return [
        (reverse("accounts:set_clinic"), DETAILS),
        (reverse("accounts:invite_staff"), {"email": "x@staff.example", "profession": "nurse"}),
        (reverse("accounts:resend", args=[invitation.public_id]), {}),
        (reverse("accounts:withdraw", args=[invitation.public_id]), {}),
        (reverse("accounts:invite_patient", args=[patient]), {}),
        (reverse("accounts:take_on", args=[patient]), {"member": str(olga.public_id), "reason": "own"}),
        (reverse("accounts:end_care", args=[link.public_id]), {}),
        (reverse("accounts:end_membership", args=[olga.public_id]), {}),
    ]


class TestTheClinicsPage:
    def test_opens_for_a_manager_only(self, cast, browser_of):
        answers = {
            name: browser_of(person).get(reverse("accounts:clinic")).status_code
            for name, person in cast.people().items()
        }
        assert answers.pop("visitor") == 302
        assert {name for name, status in answers.items() if status == 200} == {"cleo"}
        assert set(answers.values()) == {200, 404}

    def test_shows_people_and_names_but_nothing_of_a_record(self, cast, browser_of, invitation):
        page = browser_of(cast.cleo).get(reverse("accounts:clinic")).content.decode()
        for words in ("Thea Berg", "Pat Moreno", "new@staff.example", "2 patients"):
            assert words in page
        assert str(cast.pat_record.born_on.year) not in page
        assert cast.pat.email not in page

    def test_shows_nothing_of_another_clinic(self, cast, browser_of):
        elsewhere = factories.member(factories.clinic("Hill clinic"), "Eva Stone", is_manager=True)
        factories.patient("Hal Hill", of=elsewhere)
        assert "Hal Hill" not in browser_of(cast.cleo).get(reverse("accounts:clinic")).content.decode()
        assert "Pat Moreno" not in browser_of(elsewhere.user).get(reverse("accounts:clinic")).content.decode()

    def test_takes_a_fixed_number_of_queries(self, cast, browser_of, invitation, django_assert_num_queries):
        thea = Membership.objects.get(user=cast.thea)
        browser = browser_of(cast.cleo)
        for more in (0, 30):
            for number in range(more):
                factories.patient(
                    f"Person {number}", of=thea, email=f"p{number}@x.example", has_account=False
                )
            with django_assert_num_queries(8):
                browser.get(reverse("accounts:clinic"))

    @pytest.mark.parametrize("page", ["2", "0", "999999999999999999999", "x", "-1", "٣"])
    def test_survives_any_page_number(self, cast, browser_of, page):
        assert browser_of(cast.cleo).get(reverse("accounts:clinic"), {"page": page}).status_code == 200


class TestInvitingStaff:
    @pytest.mark.parametrize(
        ("email", "words"),
        [
            ("New@Staff.example", "This address already has an invitation. You can send it again."),
            ("thea@demo.example", "This person already has access."),
        ],
    )
    def test_twice_is_refused_once_in_words_and_keeps_what_was_typed(
        self, cast, browser_of, invitation, email, words
    ):
        data = {"email": email, "profession": "doctor", "may_confirm_plans": "on"}
        answer = browser_of(cast.cleo).post(reverse("accounts:invite_staff"), data)
        page, form = answer.content.decode(), answer.context["invite_form"]
        assert page.count(words) == 1
        assert f'value="{email}"' in page
        assert {name: form[name].value() for name in data} == {**data, "may_confirm_plans": True}
        assert Invitation.objects.count() == 1


class TestChangingTheClinic:
    def test_is_closed_to_everybody_without_a_tie(self, cast, browser_of, writes):
        for person in (cast.otto, cast.olga, cast.finn, cast.pat):
            for address, data in writes:
                assert browser_of(person).post(address, data).status_code == 404, (person, address)
        for address, data in writes:
            answer = browser_of(None).post(address, data)
            assert answer.url.startswith(reverse("account_login"))

    def test_never_happens_by_get(self, cast, browser_of, writes):
        for address, _data in writes:
            assert browser_of(cast.cleo).get(address).status_code == 405

    def test_works_for_the_manager(self, cast, browser_of, writes):
        for address, data in writes:
            assert browser_of(cast.cleo).post(address, data).status_code == 302, address
        assert Clinic.objects.get().name == "Lakeside clinic"
        assert Invitation.objects.get(email="new@staff.example").withdrawn_at
        assert not Membership.objects.of(cast.olga).exists()
        assert not Patient.objects.visible_to(cast.max).exists()

    def test_of_its_zone_has_every_patient_looked_at_again(self, cast, browser_of):
        before = cast.pat_record.revision
        browser_of(cast.cleo).post(reverse("accounts:set_clinic"), DETAILS)
        assert cast.pat_record.revision == before + 1

    def test_keeps_what_was_typed_when_something_is_wrong(self, cast, browser_of):
        page = browser_of(cast.cleo).post(reverse("accounts:set_clinic"), {**DETAILS, "name": ""})
        assert page.status_code == 200
        assert "8 to 5" in page.content.decode()
        assert Clinic.objects.get().name == "Riverside clinic"

    def test_never_removes_the_last_manager(self, cast, browser_of):
        cleo = Membership.objects.get(user=cast.cleo)
        browser = browser_of(cast.cleo)
        browser.post(reverse("accounts:end_membership", args=[cleo.public_id]))
        assert "only manager" in browser.get(reverse("accounts:clinic")).content.decode()


class TestWhoCaresForAPatient:
    def test_is_open_to_carers_and_managers(self, cast, browser_of):
        address = reverse("accounts:carers", args=[cast.pat_record.public_id])
        who = {n for n, p in cast.people().items() if browser_of(p).get(address).status_code == 200}
        assert who == {"thea", "max", "cleo"}

    def test_takes_at_most_eight_queries(self, cast, browser_of, django_assert_max_num_queries):
        browser, address = browser_of(cast.cleo), reverse("accounts:carers", args=[cast.pat_record.public_id])
        with django_assert_max_num_queries(8):
            browser.get(address)

    def test_with_cover_ends_after_the_last_day_in_the_clinics_zone(self, cast, browser_of):
        olga = Membership.objects.get(user=cast.olga)
        day = clock.local_day(clock.now(), "Europe/Madrid") + timedelta(days=3)
        data = {"member": str(olga.public_id), "reason": "cover", "until_on": day.isoformat()}
        browser_of(cast.thea).post(reverse("accounts:take_on", args=[cast.pat_record.public_id]), data)
        link = CareLink.objects.get(member=olga, patient=cast.pat_record)
        assert clock.local_day(link.until_at, "Europe/Madrid") == day + timedelta(days=1)
        assert link.until_at.astimezone(ZoneInfo("Europe/Madrid")).hour == 0

    def test_asks_for_the_last_day_of_cover(self, cast, browser_of):
        olga = Membership.objects.get(user=cast.olga)
        page = browser_of(cast.thea).post(
            reverse("accounts:take_on", args=[cast.pat_record.public_id]),
            {"member": str(olga.public_id), "reason": "cover"},
        )
        assert "Choose the last day of the cover." in page.content.decode()

    def test_offers_no_colleague_of_another_clinic(self, cast, browser_of):
        elsewhere = factories.member(factories.clinic("Hill clinic"), "Eva Stone")
        page = browser_of(cast.thea).post(
            reverse("accounts:take_on", args=[cast.pat_record.public_id]),
            {"member": str(elsewhere.public_id), "reason": "own"},
        )
        assert page.status_code == 200
        assert not CareLink.objects.filter(member=elsewhere).exists()

    def test_closes_the_page_to_who_was_removed_at_the_next_request(self, cast, browser_of, now):
        address = reverse("accounts:carers", args=[cast.pat_record.public_id])
        browser = browser_of(cast.max)
        assert browser.get(address).status_code == 200
        care.end_care(link=CareLink.objects.get(member__user=cast.max), by=cast.thea, now=now)
        assert browser.get(address).status_code == 404

    def test_never_leads_to_another_site(self, cast, browser_of, invitation):
        address = reverse("accounts:withdraw", args=[invitation.public_id])
        answer = browser_of(cast.cleo).post(address, {"next": "https://evil.example/"})
        assert answer.url == reverse("accounts:clinic")
