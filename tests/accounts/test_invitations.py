import re
import socket
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.urls import reverse

from accounts.models import AuditEvent, Invitation, Membership, Patient, PrivacyAcceptance, User
from accounts.services import care, invite, profile
from config import settings as installed
from tests import factories

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/invitations/([A-Za-z0-9_-]{43})/")


@pytest.fixture
def sent_token(mailoutbox, django_capture_on_commit_callbacks):
    """Return a function that does something which sends an invitation, and gives the token in the mail."""

    def send(act):
        before = len(mailoutbox)
        with django_capture_on_commit_callbacks(execute=True):
            act()
        (mail,) = mailoutbox[before:]
        return LINK.search(mail.body).group(1)

    return send


@pytest.fixture
def staff_token(cast, now, sent_token):
    return sent_token(lambda: invite_staff(cast, now))


@pytest.fixture
def new_patient(cast):
    thea = Membership.objects.get(user=cast.thea)
    return factories.patient("Nora Vale", of=thea, email="nora@new.example", has_account=False)


@pytest.fixture
def patient_token(cast, now, sent_token, new_patient):
    return sent_token(lambda: invite.invite_patient(patient=new_patient, by=cast.thea, now=now))


def invite_staff(cast, now, email="new@staff.example", by=None):
    return invite.invite_staff(
        clinic=cast.clinic,
        email=email,
        profession="nurse",
        is_manager=False,
        may_confirm_plans=True,
        by=by or cast.cleo,
        now=now,
    )


def accept(token, now, *, name="New Person", password=None, time_zone="Europe/Oslo", by=None, version=None):
    return invite.accept(
        token=token,
        name=name,
        password=password,
        time_zone=time_zone,
        privacy_version=version or django_settings.PRIVACY_VERSION,
        by=by,
        now=now,
    )


class TestInviting:
    def test_keeps_only_a_hash_of_the_link(self, staff_token):
        row = Invitation.objects.get(email="new@staff.example")
        assert staff_token not in row.token_hash
        assert len(row.token_hash) == 64
        assert row.sent_at

    def test_sends_a_mail_without_health_words_to_that_address_only(self, staff_token, mailoutbox):
        (mail,) = mailoutbox
        assert mail.to == ["new@staff.example"]
        assert mail.subject == "Your invitation to Bonestep"
        html = mail.alternatives[0][0]
        for words in (mail.body, html):
            assert not re.search(r"fracture|broken|recover|patient|x-ray|physio", words, re.IGNORECASE)
            assert staff_token in words

    def test_staff_takes_a_manager(self, cast, now):
        with pytest.raises(invite.NotAManager):
            invite_staff(cast, now, by=cast.thea)

    def test_twice_offers_to_send_again(self, cast, now, staff_token):
        with pytest.raises(invite.AlreadyInvited, match="send it again"):
            invite_staff(cast, now, email="New@Staff.example")

    def test_a_colleague_already_there_is_refused(self, cast, now):
        with pytest.raises(invite.AlreadyThere):
            invite_staff(cast, now, email=cast.thea.email)

    def test_a_patient_takes_somebody_who_cares_for_them_or_a_manager(self, cast, now, new_patient):
        for stranger in (cast.olga, cast.otto, cast.finn):
            with pytest.raises(care.NotYourPatient):
                invite.invite_patient(patient=new_patient, by=stranger, now=now)
        assert invite.invite_patient(patient=new_patient, by=cast.cleo, now=now).email == "nora@new.example"

    def test_a_patient_without_address_is_refused(self, cast, now, new_patient):
        Patient.objects.filter(pk=new_patient.pk).update(email="")
        new_patient.refresh_from_db()
        with pytest.raises(invite.NoAddress):
            invite.invite_patient(patient=new_patient, by=cast.thea, now=now)

    def test_survives_a_mail_server_that_is_down(
        self, cast, browser_of, settings, django_capture_on_commit_callbacks
    ):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
        data = {"email": "new@staff.example", "profession": "nurse"}
        browser = browser_of(cast.cleo)
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(reverse("accounts:invite_staff"), data)
        assert answer.status_code == 302
        assert "could not be sent. Try again." in browser.get(answer.url).content.decode()
        assert Invitation.objects.get(email="new@staff.example").sent_at is None

    def test_sending_again_kills_the_first_link(self, cast, now, staff_token, sent_token):
        row = Invitation.objects.get(email="new@staff.example")
        later = now + timedelta(minutes=2)
        second = sent_token(lambda: invite.resend(invitation=row, by=cast.cleo, now=later))
        assert second != staff_token
        with pytest.raises(Invitation.DoesNotExist):
            accept(staff_token, later)
        assert accept(second, later).email == "new@staff.example"

    def test_sending_again_at_once_is_refused(self, cast, now, staff_token):
        row = Invitation.objects.get(email="new@staff.example")
        with pytest.raises(invite.JustSent):
            invite.resend(invitation=row, by=cast.cleo, now=now + timedelta(seconds=30))


class TestAccepting:
    def test_makes_an_account_with_a_verified_address(self, now, staff_token):
        user = accept(staff_token, now)
        address = EmailAddress.objects.get(user=user)
        assert (address.email, address.verified, address.primary) == ("new@staff.example", True, True)
        assert user.time_zone == "Europe/Oslo"
        assert not user.has_usable_password()

    def test_makes_the_membership_it_was_sent_for(self, cast, now, staff_token):
        user = accept(staff_token, now)
        member = Membership.objects.of(user).get()
        assert (member.clinic, member.profession, member.is_manager, member.may_confirm_plans) == (
            cast.clinic,
            "nurse",
            False,
            True,
        )

    def test_opens_the_record_to_its_patient(self, now, new_patient, patient_token):
        user = accept(patient_token, now, name=None)
        assert user.name == "Nora Vale"
        record = Patient.objects.of(user).get()
        assert (record.pk, record.time_zone) == (new_patient.pk, "Europe/Oslo")
        assert record.revision > new_patient.revision

    def test_keeps_which_privacy_notice_was_accepted(self, now, staff_token):
        user = accept(staff_token, now)
        assert PrivacyAcceptance.objects.get(user=user).version == django_settings.PRIVACY_VERSION

    def test_needs_the_privacy_notice_in_force(self, now, staff_token):
        with pytest.raises(profile.OldNotice):
            accept(staff_token, now, version="1999-01")
        assert not User.objects.filter(email="new@staff.example").exists()

    def test_works_once(self, now, staff_token):
        accept(staff_token, now)
        with pytest.raises(invite.InvitationSpent):
            accept(staff_token, now)
        assert Membership.objects.filter(user__email="new@staff.example").count() == 1

    def test_works_until_it_is_too_old(self, now, staff_token):
        last = now + timedelta(days=django_settings.INVITATION_DAYS)
        with pytest.raises(invite.InvitationExpired):
            accept(staff_token, last)
        assert accept(staff_token, last - timedelta(minutes=1))

    def test_stops_when_withdrawn(self, cast, now, staff_token):
        invite.withdraw(invitation=Invitation.objects.get(email="new@staff.example"), by=cast.cleo, now=now)
        with pytest.raises(invite.InvitationWithdrawn):
            accept(staff_token, now)

    def test_is_bound_to_the_address(self, cast, now, staff_token):
        with pytest.raises(invite.NotYourInvitation):
            accept(staff_token, now, by=cast.otto)
        assert not Membership.objects.of(cast.otto).exists()

    def test_with_an_account_takes_signing_in(self, cast, now, sent_token):
        token = sent_token(lambda: invite_staff(cast, now, email=cast.otto.email))
        with pytest.raises(invite.SignInFirst):
            accept(token, now)
        assert accept(token, now, by=cast.otto) == cast.otto
        assert Membership.objects.of(cast.otto).get().profession == "nurse"

    def test_takes_the_clinics_zone_for_one_nobody_knows(self, now, staff_token):
        assert accept(staff_token, now, time_zone="Mars/Olympus").time_zone == "Europe/Madrid"

    @pytest.mark.parametrize("password", ["short", "password1234", "new@staff.example"])
    def test_refuses_a_weak_password(self, now, staff_token, password):
        with pytest.raises(profile.WeakPassword):
            accept(staff_token, now, password=password)

    def test_keeps_a_password_as_a_hash_of_argon2(self, now, staff_token, settings):
        settings.PASSWORD_HASHERS = installed.PASSWORD_HASHERS
        user = accept(staff_token, now, password="six-calm-otters")
        user.refresh_from_db()
        assert user.password.startswith("argon2$argon2id$")
        assert user.check_password("six-calm-otters")

    def test_keeps_a_password_if_one_is_chosen(self, now, staff_token):
        assert accept(staff_token, now, password="six-calm-otters").check_password("six-calm-otters")

    def test_leaves_a_trail_without_names(self, now, staff_token):
        accept(staff_token, now)
        actions = set(AuditEvent.objects.values_list("action", flat=True))
        assert {"invitation.made", "invitation.accepted", "user.joined", "membership.began"} <= actions
        assert "new@staff" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


class TestTheInvitationsPage:
    def test_names_the_clinic_and_nothing_about_health(self, browser_of, patient_token):
        page = browser_of(None).get(reverse("accounts:invitation", args=[patient_token]))
        main = page.content.decode().split("<main")[1].split("</main>")[0]
        assert "Riverside clinic" in main
        assert not re.search(r"fracture|wrist|x-ray|cast", main, re.IGNORECASE)

    def test_changes_nothing_when_opened(self, browser_of, staff_token):
        browser = browser_of(None)
        for _again in range(2):
            assert browser.get(reverse("accounts:invitation", args=[staff_token])).status_code == 200
        assert Invitation.objects.get(email="new@staff.example").accepted_at is None

    def test_signs_the_new_person_in(self, browser_of, staff_token):
        browser = browser_of(None)
        data = {"name": "New Person", "accepts": "on", "time_zone": "Asia/Tokyo", "password": ""}
        answer = browser.post(reverse("accounts:accept", args=[staff_token]), data)
        assert answer.status_code == 302
        assert "New Person" in browser.get(reverse("accounts:me")).content.decode()
        assert "Asia/Tokyo" in browser.get(reverse("accounts:display")).content.decode()

    @pytest.mark.parametrize("missing", ["accepts", "name"])
    def test_asks_for_what_is_missing(self, browser_of, staff_token, missing):
        data = {"name": "New Person", "accepts": "on"}
        del data[missing]
        page = browser_of(None).post(reverse("accounts:accept", args=[staff_token]), data)
        assert page.status_code == 200
        assert 'role="alert"' in page.content.decode()
        assert not User.objects.filter(email="new@staff.example").exists()

    def test_says_that_a_used_link_was_used_and_offers_sign_in(self, browser_of, now, staff_token):
        accept(staff_token, now)
        page = browser_of(None).get(reverse("accounts:invitation", args=[staff_token]))
        assert page.status_code == 410
        assert "This link has been used. You can sign in." in page.content.decode()
        assert reverse("account_login") in page.content.decode()

    @pytest.mark.parametrize("sent", [{"name": "New Person", "accepts": "on"}, {"name": "New Person"}, {}])
    def test_says_to_a_press_that_the_link_was_used(self, browser_of, now, staff_token, sent):
        accept(staff_token, now)
        page = browser_of(None).post(reverse("accounts:accept", args=[staff_token]), sent)
        assert page.status_code == 410
        assert page.content.decode().count("This link has been used. You can sign in.") == 1
        assert User.objects.filter(email="new@staff.example").count() == 1

    def test_says_to_a_second_press_of_the_same_person_that_the_link_was_used(self, browser_of, staff_token):
        browser, data = browser_of(None), {"name": "New Person", "accepts": "on"}
        first, second = (
            browser.post(reverse("accounts:accept", args=[staff_token]), data) for _press in range(2)
        )
        assert (first.status_code, second.status_code) == (302, 410)
        assert "This link has been used. You can sign in." in second.content.decode()

    def test_sends_a_known_person_to_sign_in_first(self, cast, browser_of, now, sent_token):
        token = sent_token(lambda: invite_staff(cast, now, email=cast.otto.email))
        page = browser_of(None).get(reverse("accounts:invitation", args=[token])).content.decode()
        assert f"{reverse('account_login')}?next=/invitations/{token}/" in page

    def test_lets_a_known_person_accept_signed_in(self, cast, browser_of, now, sent_token):
        token = sent_token(lambda: invite_staff(cast, now, email=cast.otto.email))
        answer = browser_of(cast.otto).post(reverse("accounts:accept", args=[token]), {"accepts": "on"})
        assert answer.status_code == 302
        assert Membership.objects.of(cast.otto).exists()

    def test_refuses_another_person(self, cast, browser_of, staff_token):
        page = browser_of(cast.pat).post(reverse("accounts:accept", args=[staff_token]), {"accepts": "on"})
        assert "This link is for another address." in page.content.decode()
        assert not Membership.objects.of(cast.pat).exists()

    def test_is_missing_for_a_link_nobody_sent(self, browser_of):
        assert browser_of(None).get(reverse("accounts:invitation", args=["x" * 43])).status_code == 404


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
