"""A prepared query answers like the query set it comes from, whatever it is filled with."""

from datetime import date, datetime, timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Count, Value
from django.db.transaction import TransactionManagementError

from accounts import clock
from accounts.models import CareLink, Clinic, Membership, Patient, User
from accounts.querysets import NotAParameter, Prepared
from tests import factories

pytestmark = pytest.mark.django_db


def by_clinic(number: int):
    return Patient.objects.filter(clinic_id=number).order_by("pk")


def by_name(name: str):
    return Patient.objects.filter(name=name).order_by("pk")


def by_birth(day: date):
    return Patient.objects.filter(born_on__lt=day).order_by("pk")


def by_start(instant: datetime):
    return Membership.objects.filter(from_at__gte=instant).select_related("user", "clinic").order_by("pk")


def by_ids(ids: list[int], name: str | None):
    found = Patient.objects.filter(pk__in=ids).order_by("pk")
    return found if name is None else found.exclude(name=name)


def in_care(user_id: int):
    return (
        Patient.objects.visible_to(User(pk=user_id)).order_by("pk").values_list("pk", "public_id", "born_on")
    )


class TestAPreparedQuery:
    def test_answers_like_its_query_set_for_every_kind_of_value(self, cast):
        pat, otto = cast.pat_record, cast.otto_record
        other = factories.clinic("Hill clinic")
        asked = [
            (by_clinic, [(cast.clinic.pk,), (other.pk,), (2**40,)]),
            (by_name, [("Pat Moreno",), ("O'Neill %s",), ("",)]),
            (by_birth, [(date(1961, 5, 5),), (date(1961, 5, 4),)]),
            (
                by_start,
                [(clock.now() - timedelta(days=3),), (clock.now() - timedelta(days=30),), (clock.now(),)],
            ),
            (
                by_ids,
                [([pat.pk, otto.pk], None), ([otto.pk], None), ([], None), ([pat.pk, otto.pk], "Pat Moreno")],
            ),
            (in_care, [(cast.thea.pk,), (cast.pat.pk,), (cast.cleo.pk,), (cast.finn.pk,)]),
        ]

        for build, calls in asked:
            prepared = Prepared(build)
            for values in [*calls, *calls]:
                assert prepared(*values) == list(build(*values)), (build, values)

    def test_finds_by_uuid_and_by_a_set(self, cast):
        prepared = Prepared(lambda ids: Patient.objects.filter(public_id__in=ids))

        assert prepared({cast.pat_record.public_id, uuid4()}) == [cast.pat_record]

    def test_of_a_list_leaves_out_what_is_none(self, cast):
        prepared = Prepared(by_ids)

        assert prepared([None, cast.pat_record.pk], "Otto") == [cast.pat_record]

    def test_brings_what_is_selected_related_and_what_is_annotated(self, cast, django_assert_num_queries):
        prepared = Prepared(
            lambda clinic: (
                Membership.objects.filter(clinic_id=clinic)
                .select_related("clinic")
                .annotate(links=Count("care_links"))
                .order_by("-links", "pk")
            )
        )
        prepared(cast.clinic.pk)

        with django_assert_num_queries(1):
            first = prepared(cast.clinic.pk)[0]
            assert (first.clinic.name, first.links) == ("Riverside clinic", 1)

    def test_is_compiled_once_for_all_values(self, cast):
        built = []

        def build(number: int):
            built.append(number)
            return Clinic.objects.filter(pk=number)

        prepared = Prepared(build)
        for number in range(5):
            prepared(number)

        assert len(built) == 1

    def test_asks_the_database_each_time(self, cast):
        prepared = Prepared(by_clinic)
        before = len(prepared(cast.clinic.pk))

        factories.patient("Ida Moreno", of=cast.thea.memberships.get(), has_account=False)

        assert len(prepared(cast.clinic.pk)) == before + 1

    def test_closes_a_door_at_once(self, cast):
        prepared = Prepared(in_care)
        assert prepared(cast.thea.pk)

        ended_at = clock.now() - timedelta(seconds=1)
        CareLink.objects.filter(member__user=cast.thea).update(from_at=ended_at, until_at=ended_at)

        assert prepared(cast.thea.pk) == []

    def test_follows_a_shifted_clock(self, cast, shift_clock):
        prepared = Prepared(in_care)
        CareLink.objects.filter(member__user=cast.thea).update(until_at=clock.now() + timedelta(hours=1))
        assert prepared(cast.thea.pk)

        shift_clock(timedelta(hours=2))

        assert prepared(cast.thea.pk) == []

    def test_refuses_a_value_that_it_could_not_fill_in(self, cast):
        with pytest.raises(NotAParameter):
            Prepared(lambda name: Patient.objects.filter(name__contains=name))("Pat")
        with pytest.raises(NotAParameter):
            Prepared(lambda number: Patient.objects.annotate(n=Value(1))[:number])(3)
        with pytest.raises(NotAParameter):
            Prepared(by_name)(True)


@pytest.mark.django_db(transaction=True)
class TestALock:
    def test_outside_of_a_transaction_is_refused_like_any(self, cast):
        def build(number: int):
            return Patient.objects.select_for_update().filter(pk=number)

        prepared, pk = Prepared(build), cast.pat_record.pk
        with transaction.atomic():
            assert prepared(pk) == [cast.pat_record]

        if connection.features.has_select_for_update:
            with pytest.raises(TransactionManagementError):
                prepared(pk)
        else:
            assert prepared(pk) == list(build(pk))


@pytest.mark.django_db(transaction=True)
class TestThreads:
    def test_each_use_their_own_connection(self, cast):
        prepared, found = Prepared(by_clinic), []
        here = prepared(cast.clinic.pk)

        def ask() -> None:
            found.append(prepared(cast.clinic.pk))
            connection.close()

        thread = Thread(target=ask)
        thread.start()
        thread.join(timeout=20)

        assert found == [here]
