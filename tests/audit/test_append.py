import pytest
from django.db import DatabaseError, connection, connections, transaction

from referralcrm.audit.actions import record
from referralcrm.audit.models import AuditEvent

REFUSED = [
    "UPDATE audit_auditevent SET verb = 'nothing'",
    "DELETE FROM audit_auditevent",
    "TRUNCATE audit_auditevent",
]


def test_an_event_says_who_did_what_to_which_row(riverside, alice):
    event = record("looked at", by=alice, subject=riverside)
    assert (event.actor_id, event.actor_name, event.verb) == (alice.pk, "Alice Adams", "looked at")
    assert (event.practice_id, event.subject_type, event.subjects) == (
        riverside.pk,
        "practice",
        [str(riverside.pk)],
    )


@pytest.mark.parametrize("statement", REFUSED)
def test_the_application_cannot_change_the_log(statement, riverside):
    record("founded", subject=riverside)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.get().verb == "founded"


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("statement", REFUSED)
def test_the_owner_cannot_change_the_log_either(statement):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (id, at, actor_name, verb, subject_type, subjects, changed, note) "
            "VALUES (gen_random_uuid(), now(), 'x', 'x', '', '[]', '[]', '')"
        )
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(using="owner"):
            cursor.execute(statement)


def test_an_event_cannot_be_written_into_another_practice(riverside, northgate):
    with pytest.raises(DatabaseError), transaction.atomic():
        record("forged", practice_id=northgate.pk)
