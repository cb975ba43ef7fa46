from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Q

from accounts.models import AuditEvent, CareLink, Membership, Patient
from accounts.services import care, profile
from tests import factories

pytestmark = pytest.mark.django_db


def membership_of(user):
    return Membership.objects.get(user=user)


def add(cast, now, *, born_on=date(1970, 1, 1), number="", zone="Europe/Madrid", by=None):
    return care.add_patient(
        clinic=cast.clinic,
        name="Nora Vale",
        born_on=born_on,
        clinic_number=number,
        email=" Nora@New.example ",
        language="en",
        time_zone=zone,
        by=by or cast.thea,
        now=now,
    )


class TestARecord:
    def test_is_open_to_its_patient_and_their_carers_only(self, cast):
        who_sees = {
            name
            for name, user in cast.people().items()
            if user is not None and Patient.objects.visible_to(user).filter(pk=cast.pat_record.pk).exists()
        }
        assert who_sees == {"pat", "thea", "max"}

    def test_is_in_the_care_of_its_carers_only(self, cast):
        who_cares = {
            name
            for name, user in cast.people().items()
            if user is not None and Patient.objects.in_care_of(user).filter(pk=cast.otto_record.pk).exists()
        }
        assert who_cares == {"olga"}

    def test_is_closed_to_a_visitor(self, cast):
        from django.contrib.auth.models import AnonymousUser

        nobody = AnonymousUser()
        assert not Patient.objects.visible_to(nobody).exists()
        assert not Patient.objects.in_care_of(nobody).exists()
        assert not Patient.objects.of(nobody).exists()
        assert not Patient.objects.listed_for_manager(nobody).exists()
        assert not Patient.objects.arranged_by(nobody).exists()

    def test_is_a_name_on_the_managers_list_and_no_more(self, cast):
        assert set(Patient.objects.listed_for_manager(cast.cleo)) == {cast.pat_record, cast.otto_record}
        assert not Patient.objects.visible_to(cast.cleo).exists()
        assert not Patient.objects.listed_for_manager(cast.thea).exists()

    def test_can_be_used_in_a_wider_query(self, cast):
        mine = Patient.objects.visible_to(cast.thea)
        assert set(Patient.objects.filter(Q(pk__in=mine))) == {cast.pat_record}


class TestEndingCare:
    def test_closes_the_record_at_once(self, cast, now):
        link = CareLink.objects.get(patient=cast.pat_record, member__user=cast.max)
        care.end_care(link=link, by=cast.thea, now=now)
        assert not Patient.objects.visible_to(cast.max).exists()
        assert Patient.objects.visible_to(cast.thea).exists()

    def test_closes_it_at_once_though_the_process_runs_ahead_of_the_database(self, cast, now):
        link = CareLink.objects.get(patient=cast.pat_record, member__user=cast.max)
        care.end_care(link=link, by=cast.thea, now=now + timedelta(hours=1))
        assert not Patient.objects.visible_to(cast.max).exists()

    def test_twice_is_one_end(self, cast, now):
        link = CareLink.objects.get(patient=cast.pat_record, member__user=cast.max)
        for _again in range(2):
            care.end_care(link=link, by=cast.thea, now=now)
        assert AuditEvent.objects.filter(action="care.ended").count() == 1

    def test_takes_a_carer_or_a_manager(self, cast, now):
        link = CareLink.objects.get(patient=cast.pat_record, member__user=cast.max)
        for stranger in (cast.olga, cast.finn, cast.otto, cast.pat):
            with pytest.raises(care.NotYourPatient):
                care.end_care(link=link, by=stranger, now=now)
        care.end_care(link=link, by=cast.cleo, now=now)

    def test_happens_by_itself_when_cover_is_over(self, cast, now, shift_clock):
        finn = membership_of(cast.finn)
        factories.carer(finn, of=cast.pat_record, by=cast.thea, until_at=now + timedelta(hours=2))
        assert Patient.objects.visible_to(cast.finn).exists()
        shift_clock(timedelta(hours=2))
        assert not Patient.objects.visible_to(cast.finn).exists()


class TestTakingOn:
    def test_opens_the_record(self, cast, now):
        care.take_on(
            patient=cast.pat_record,
            member=membership_of(cast.olga),
            reason="own",
            until_at=None,
            by=cast.thea,
            now=now,
        )
        assert Patient.objects.visible_to(cast.olga).filter(pk=cast.pat_record.pk).exists()

    def test_twice_is_one_link(self, cast):
        olga = membership_of(cast.olga)
        first = factories.carer(olga, of=cast.pat_record, by=cast.thea)
        assert factories.carer(olga, of=cast.pat_record, by=cast.thea) == first

    def test_oneself_without_a_tie_is_refused(self, cast):
        for stranger in (cast.olga, cast.finn):
            with pytest.raises(care.NotYourPatient):
                factories.carer(membership_of(stranger), of=cast.pat_record, by=stranger)

    def test_as_cover_takes_a_last_day(self, cast, now):
        olga = membership_of(cast.olga)
        with pytest.raises(care.CoverNeedsEnd):
            care.take_on(
                patient=cast.pat_record, member=olga, reason="cover", until_at=None, by=cast.thea, now=now
            )
        with pytest.raises(care.EndsInThePast):
            factories.carer(olga, of=cast.pat_record, by=cast.thea, until_at=now - timedelta(days=1))

    def test_takes_somebody_of_the_same_clinic(self, cast):
        elsewhere = factories.member(factories.clinic("Hill clinic"), "Eva Stone")
        with pytest.raises(care.NotAMember):
            factories.carer(elsewhere, of=cast.pat_record, by=cast.thea)


class TestLeavingTheStaff:
    def test_closes_everything_at_once(self, cast, now):
        care.end_membership(membership=membership_of(cast.thea), by=cast.cleo, now=now)
        assert not Patient.objects.visible_to(cast.thea).exists()
        assert not Membership.objects.of(cast.thea).exists()

    def test_ends_each_care_link_too(self, cast, now):
        thea = membership_of(cast.thea)
        care.end_membership(membership=thea, by=cast.cleo, now=now)
        assert not CareLink.objects.filter(member=thea, until_at__isnull=True).exists()

    def test_by_an_operators_hand_closes_the_record_as_well(self, cast, now):
        Membership.objects.filter(user=cast.thea).update(until_at=now)
        assert not Patient.objects.visible_to(cast.thea).exists()

    def test_and_coming_back_opens_nothing(self, cast, now):
        care.end_membership(membership=membership_of(cast.thea), by=cast.cleo, now=now)
        care.join(
            user=cast.thea,
            clinic=cast.clinic,
            profession="physiotherapist",
            is_manager=False,
            may_confirm_plans=False,
            by=cast.cleo,
            now=now,
        )
        assert not Patient.objects.visible_to(cast.thea).exists()

    def test_takes_a_manager_of_that_clinic(self, cast, now):
        boss = factories.member(factories.clinic("Hill clinic"), "Eva Stone", is_manager=True)
        for stranger in (cast.thea, cast.max, boss.user):
            with pytest.raises(care.NotAMember):
                care.end_membership(membership=membership_of(cast.olga), by=stranger, now=now)

    def test_never_leaves_a_clinic_without_a_manager(self, cast, now):
        with pytest.raises(care.LastManager):
            care.end_membership(membership=membership_of(cast.cleo), by=cast.cleo, now=now)


class TestAddingAPatient:
    def test_puts_them_in_the_care_of_who_added_them(self, cast, now):
        patient = add(cast, now)
        assert patient.email == "nora@new.example"
        assert Patient.objects.in_care_of(cast.thea).filter(pk=patient.pk).exists()
        assert not Patient.objects.in_care_of(cast.max).filter(pk=patient.pk).exists()

    def test_takes_a_member_of_that_clinic(self, cast, now):
        with pytest.raises(care.NotAMember):
            add(cast, now, by=cast.otto)

    @pytest.mark.parametrize(
        ("born_on", "refusal"),
        [
            (date(2008, 11, 24), care.UnderAge),
            (date(2027, 1, 1), care.BirthDateWrong),
            (date(1899, 12, 31), care.BirthDateWrong),
        ],
    )
    def test_refuses_children_and_impossible_births(self, cast, born_on, refusal):
        day_before_18 = datetime(2026, 11, 23, 12, tzinfo=UTC)
        with pytest.raises(refusal):
            add(cast, day_before_18, born_on=born_on)

    def test_allows_an_18th_birthday_in_the_clinics_zone(self, cast):
        just_past_midnight_in_madrid = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
        assert add(cast, just_past_midnight_in_madrid, born_on=date(2008, 11, 24))

    def test_refuses_a_number_that_is_taken(self, cast, now):
        add(cast, now, number="A-1")
        with pytest.raises(care.NumberTaken):
            add(cast, now, number=" A-1")

    def test_refuses_an_unknown_zone(self, cast, now):
        with pytest.raises(profile.UnknownTimeZone):
            add(cast, now, zone="Mars/Olympus")


class TestCorrectingAPatient:
    def change(self, cast, now, **new):
        row = cast.pat_record
        old = {
            name: getattr(row, name) for name in ("name", "born_on", "clinic_number", "language", "time_zone")
        }
        data = {**old, "email": row.email, **new}
        return care.change_patient(patient=row, by=cast.thea, now=now, **data)

    def test_bumps_the_revision_and_says_which_fields(self, cast, now):
        before = cast.pat_record.revision
        assert self.change(cast, now, name="Pat Morena").revision == before + 1
        assert AuditEvent.objects.filter(action="patient.changed").get().detail == {"fields": ["name"]}

    def test_to_the_same_is_no_change(self, cast, now):
        before = cast.pat_record.revision
        assert self.change(cast, now).revision == before
        assert not AuditEvent.objects.filter(action="patient.changed").exists()
