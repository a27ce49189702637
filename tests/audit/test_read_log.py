import csv
import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.audit.models import AuditEvent
from referralcrm.core.csvs import inert
from referralcrm.practice.middleware import PracticeMiddleware
from referralcrm.practice.scope import current_practice, enter
from referralcrm.practice.states import Role
from tests import factories

LOG = reverse("audit:list")


@pytest.fixture
def otto(riverside, as_person):
    return as_person(factories.person("Otto Olsen", role=Role.AUDITOR))


def lines(response):
    return [line.sentence for line in response.context["page"].lines]


def at(days_ago, verb="added", **fields):
    """An event some days ago; the log cannot be changed afterwards, so it is written like that."""
    moment = timezone.now() - timedelta(days=days_ago)
    return AuditEvent.objects.create(practice_id=current_practice().pk, at=moment, verb=verb, **fields)


def test_events_are_sentences_with_the_names_of_rows(otto, alice):
    partner = factories.partner("Dr Adaeze Okafor")
    record("changed", by=alice, subject=partner, changed=["next_step", "area"])
    record("read", by=alice, subjects=["1", "2", "3"], subject_type="patient", note="partners:detail")
    response = otto.get(LOG)
    assert lines(response) == [
        "Alice Adams read the data of 3 patients",
        "Alice Adams changed Dr Adaeze Okafor",
    ]
    page = response.content.decode()
    assert "next step, area" in page
    assert "on the page of a partner" in page
    assert reverse("partners:detail", args=[partner.pk]) in page


def test_a_patient_is_never_named(otto, alice):
    patient = factories.patient("Kim Moreau")
    record("added", by=alice, subject=patient)
    page = otto.get(LOG)
    assert lines(page) == ["Alice Adams added a patient"]
    assert "Moreau" not in page.content.decode()


def test_another_practice_has_its_own_log(otto, northgate):
    with enter(northgate):
        record("founded", subject=northgate)
    assert lines(otto.get(LOG)) == []


def page_showing(person, referral):
    """A request of ``person`` whose page shows the patient, through the middleware around every page."""
    request = RequestFactory().get("/")
    request.user, request.resolver_match = person, SimpleNamespace(view_name="front:today")
    return PracticeMiddleware(lambda request: HttpResponse(referral.patient.name + referral.reason))(request)


def test_a_page_that_shows_a_patient_leaves_one_row(otto, alice):
    referral = factories.referral(reason="knee")
    page_showing(alice, referral)
    event = AuditEvent.objects.get(verb="read")
    assert (event.subjects, event.note) == ([str(referral.patient_id)], "front:today")
    assert lines(otto.get(LOG)) == ["Alice Adams read the data of a patient"]


def test_the_filters_find_by_person_verb_kind_and_day(otto, alice, bob):
    at(10, "added", subject_type="partner", actor_id=alice.pk, actor_name=alice.name)
    at(5, "changed", subject_type="task", actor_id=bob.pk, actor_name=bob.name)
    today = alice.practice.today()
    for query, found in [
        ({"actor_id": alice.pk}, ["Alice Adams added a partner"]),
        ({"verb": "CHANGE"}, ["Bob Brown changed a task"]),
        ({"subject_type": "partner"}, ["Alice Adams added a partner"]),
        ({"since": today - timedelta(days=7)}, ["Bob Brown changed a task"]),
        ({"until": today - timedelta(days=7)}, ["Alice Adams added a partner"]),
        ({"since": today}, []),
    ]:
        assert lines(otto.get(LOG, query)) == found, query


def test_pages_follow_each_other_without_gap_or_repeat(otto):
    moment = timezone.now()
    for number in range(120):
        AuditEvent.objects.create(practice_id=current_practice().pk, at=moment, verb=f"did {number:03}")
    seen, address = [], LOG
    while address:
        page = otto.get(address).context["page"]
        seen += [line.verb for line in page.lines]
        address = LOG + page.next_url if page.next_url else None
    assert seen == [f"did {number:03}" for number in reversed(range(120))]


@pytest.mark.parametrize(
    "query", ["before=x", "before=%00", "since=never", "actor_id=1", "verb=%00", "page=-1"]
)
def test_nonsense_in_the_address_is_answered_with_the_page(query, otto):
    assert otto.get(f"{LOG}?{query}").status_code == 200


def test_a_page_costs_the_same_however_many_rows(otto, alice, django_assert_max_num_queries):
    def rows(count):
        for _ in range(count):
            record("changed", by=alice, subject=factories.partner())

    rows(3)
    otto.get(LOG)
    with django_assert_max_num_queries(12) as few:
        otto.get(LOG)
    rows(30)
    with django_assert_max_num_queries(12) as many:
        otto.get(LOG)
    assert len(few) == len(many)


def test_the_export_has_the_filtered_rows_and_is_noted(otto, alice):
    record("added", by=alice, subject=factories.partner("=HYPERLINK()"))
    record("changed", by=alice, subject_type="task")
    response = otto.get(reverse("audit:export"), {"verb": "added"})
    [row] = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert (row["who"], row["did"], row["to what"]) == ("Alice Adams", "added", "'=HYPERLINK()")
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor_name, event.note) == ("exported", "Otto Olsen", "1 rows")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert inert(text) == f"'{text}"


def test_an_ordinary_cell_stays_as_it_is():
    assert inert("O'Brien – 5-7") == "O'Brien – 5-7"
