"""The log as CSV: who may, what stands in it, and that nobody is named."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referralcrm.audit.models import AuditEvent
from referralcrm.practice.scope import enter
from referrals.actions import receive
from tests import factories

EXPORT = reverse("exchange:referrals")


@pytest.fixture
def manager(charlie, as_person):
    return as_person(charlie)


def rows(client, **query):
    text = client.get(EXPORT, query).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def log(by, name="=cmd|' /C calc'!A0", **fields):
    fields = {"partner": factories.partner(name), "happened_on": by.practice.today()} | fields
    patient = factories.patient("Zebedee Canary", record="20417")
    return receive(by=by, patient=patient, reason="Canary cough", **fields)


def test_patients_stand_by_record_number_and_formulas_are_inert(manager, charlie):
    referral = log(charlie)
    (row,) = rows(manager)
    assert (row["id"], row["record number"], row["report"]) == (str(referral.pk), "20417", "not_due")
    assert row["partner"].startswith("'=cmd")
    text = manager.get(EXPORT).content.decode()
    assert "Canary" not in text and "Zebedee" not in text and "1971" not in text


def test_an_export_takes_the_filters_of_the_list_and_is_audited(manager, charlie):
    referral = log(charlie)
    assert rows(manager, direction="sent") == []
    rows(manager, direction="received")
    events = AuditEvent.objects.filter(verb="exported").order_by("at", "id")
    assert [event.subjects for event in events] == [[], [str(referral.pk)]]
    assert AuditEvent.objects.get(verb="read").subjects == [str(referral.patient_id)]


def test_the_front_desk_does_not_export(alice, as_person):
    assert as_person(alice).get(EXPORT).status_code == 403


def test_another_practices_rows_are_never_exported(manager, northgate):
    with enter(northgate):
        factories.referral()
    assert rows(manager) == []


def test_a_long_log_takes_as_many_questions_as_a_short_one(manager, riverside):
    def queries_after(more):
        for _ in range(more):
            factories.referral(patient=factories.patient())
        with CaptureQueriesContext(connection) as captured:
            rows(manager)
        return len(captured)

    queries_after(1)
    assert queries_after(2) == queries_after(20)
