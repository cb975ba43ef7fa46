import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent
from accounts.services import audit


@pytest.mark.django_db
class TestAnAuditRow:
    def test_says_who_did_what_about_whom_and_from_where(self, cast, now):
        with audit.coming_from("192.0.2.7"):
            audit.read_record(patient=cast.pat_record, by=cast.thea, now=now)
        row = AuditEvent.objects.latest("pk")
        assert (row.action, row.actor_id, row.patient_id) == (
            "patient.record_read",
            cast.thea.public_id,
            cast.pat_record.public_id,
        )
        assert (row.at, row.address) == (now, "192.0.2.7")

    def test_has_no_address_outside_a_request(self, cast, now):
        audit.record("user.joined", by=None, now=now)
        assert AuditEvent.objects.latest("pk").address is None

    @pytest.mark.parametrize(
        "statement", ["UPDATE accounts_auditevent SET action = 'x'", "DELETE FROM accounts_auditevent"]
    )
    def test_is_never_changed_or_deleted_whatever_asks(self, cast, statement):
        count = AuditEvent.objects.count()
        assert count
        with (
            pytest.raises(DatabaseError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert AuditEvent.objects.count() == count

    def test_is_never_changed_through_a_model(self, cast):
        row = AuditEvent.objects.latest("pk")
        row.action = "nothing.happened"
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            row.save()
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            row.delete()


@pytest.mark.django_db(transaction=True)
class TestTestsThatCommit:
    def test_flush_past_the_lock_and_lock_again(self, cast):
        with pytest.raises(DatabaseError, match="never changed"):
            AuditEvent.objects.all().delete()

    def test_find_an_empty_audit_and_the_lock_in_place(self):
        assert not AuditEvent.objects.exists()
        audit.record("user.joined", by=None, now=audit_time())
        with pytest.raises(DatabaseError, match="never changed"):
            AuditEvent.objects.update(action="x")


def audit_time():
    from accounts import clock

    return clock.now()
