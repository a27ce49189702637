"""The list of the log: what it shows, and how the query string narrows it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referralcrm.audit.models import AuditEvent
from referralcrm.practice.models import Location, Service
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.actions import move, receive, record_report, send
from referrals.filters import ReferralFilter
from referrals.models import Referral
from referrals.states import Journey, Source, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY

LIST = reverse("referrals:list")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def shown(client, query=""):
    response = client.get(LIST + query)
    assert response.status_code == 200
    return list(response.context["page"])


def narrowed(**query):
    """What the query string leaves."""
    return set(ReferralFilter(query, queryset=Referral.objects.not_deleted()).qs)


def test_the_newest_is_first_and_errors_and_drafts_are_left_out(desk, okafor, kim):
    rows = [
        factories.referral(partner=okafor, patient=kim, happened_on=TUESDAY - timedelta(days=days))
        for days in (3, 1, 2)
    ]
    factories.referral(partner=okafor, patient=kim, journey=Journey.ENTERED_IN_ERROR)
    factories.referral(partner=okafor, patient=kim, journey=Journey.DRAFT)
    assert shown(desk) == [rows[1], rows[2], rows[0]]
    assert shown(desk, "?sort=date") == [rows[0], rows[2], rows[1]]
    assert len(shown(desk, "?journey=entered_in_error")) == len(shown(desk, "?journey=draft")) == 1


def test_names_are_for_those_who_may_see_them_and_one_read_is_one_audit_row(desk, okafor, kim, as_person):
    factories.referral(partner=okafor, patient=kim)
    ruth = factories.patient("Ruth Adler")
    factories.referral(partner=okafor, patient=ruth)
    assert "Kim Moreau" in desk.get(LIST).content.decode()
    assert set(AuditEvent.objects.get(verb="read").subjects) == {str(kim.pk), str(ruth.pk)}
    html = as_person(factories.person("Olga", role=Role.AUDITOR)).get(LIST).content.decode()
    assert "Moreau" not in html and "record 20417" in html
    assert "Accepted" not in html


def test_the_next_step_stands_in_the_row(desk, okafor, kim):
    referral = factories.referral(partner=okafor, patient=kim)
    html = desk.get(LIST + "?journey=open").content.decode()
    assert reverse("referrals:move", args=[referral.pk]) in html and "Booked for…" in html
    assert f'value="{LIST}?journey=open"' in html


def test_an_empty_list_names_the_next_action(desk):
    assert "Log the first one" in desk.get(LIST).content.decode()
    assert "No referral fits these filters" in desk.get(LIST + "?direction=sent").content.decode()


def test_pages_are_of_twenty_five(desk, okafor, kim):
    for _ in range(27):
        factories.referral(partner=okafor, patient=kim)
    first, second = shown(desk), shown(desk, "?page=2")
    assert (len(first), len(second)) == (25, 2)
    assert not set(first) & set(second)


@pytest.mark.parametrize(
    "query",
    [
        "?partner=x", "?from=9999-99-99", "?to=0000-00-00", "?from=0001-01-01&to=9999-12-31", "?journey=up",
        "?service=1", "?clinician=%00", "?who=%00", "?who=" + "x" * 3000, "?sort=name", "?page=-1", "?page=x",
        "?matured=2", "?first=1&from=x", "?loop=what", "?patient=%3Cscript%3E",
    ],
)  # fmt: skip
def test_a_query_string_of_nonsense_is_no_error(query, desk, okafor, kim):
    factories.referral(partner=okafor, patient=kim)
    assert desk.get(LIST + query).status_code == 200


@pytest.fixture
def four(okafor, kim, alice, bob):
    """Named referrals that differ in everything a filter asks for."""
    lind = factories.partner("Dr Lind", discipline=factories.discipline("Orthopaedics"))
    ruth = factories.patient("Ruth Adler")
    clinic, harbour = Service.objects.create(name="Knee clinic"), Location.objects.create(name="Harbour")
    early, late = TUESDAY - timedelta(days=90), TUESDAY - timedelta(days=20)
    rows = {
        "overdue": receive(by=alice, patient=kim, partner=okafor, happened_on=early, service=clinic),
        "waiting": receive(
            by=alice, patient=kim, partner=lind, happened_on=late, clinician=bob, urgency="urgent"
        ),
        "reported": send(by=alice, patient=ruth, partner=lind, happened_on=early, location=harbour),
        "alone": receive(by=alice, patient=ruth, source=Source.SELF, happened_on=late, channel="phone"),
    }
    move(rows["overdue"], Verb.ATTEND, by=alice, on=late)
    move(rows["reported"], Verb.ATTEND, by=alice, on=late)
    record_report(rows["reported"].obligations.get(), by=alice)
    return rows


@pytest.mark.parametrize(
    "query, names",
    [
        ({}, "overdue waiting reported alone"),
        ({"direction": "received"}, "overdue waiting alone"),
        ({"direction": "sent"}, "reported"),
        ({"who": "lind"}, "waiting reported"),
        ({"who": "northgate surg"}, "overdue"),
        ({"journey": "open"}, "overdue waiting reported alone"),
        ({"journey": "attended"}, "overdue reported"),
        ({"journey": "seen"}, "overdue reported"),
        ({"journey": "unbooked"}, "waiting alone"),
        ({"report": "overdue"}, "overdue"),
        ({"report": "due"}, "overdue"),
        ({"report": "not_due"}, "waiting"),
        ({"report": "done"}, "reported"),
        ({"report": "confirmed"}, ""),
        ({"report": "not_required"}, ""),
        ({"loop": "closed"}, "reported"),
        ({"loop": "open"}, "overdue waiting"),
        ({"urgency": "urgent"}, "waiting"),
        ({"source": "self"}, "alone"),
        ({"channel": "phone"}, "alone"),
        ({"matured": "1"}, "overdue reported"),
        ({"matured": "true"}, "overdue reported"),
        ({"from": "2026-11-01"}, "waiting alone"),
        ({"to": "2026-11-01"}, "overdue reported"),
        ({"from": "2026-11-04", "to": "2026-11-04"}, "waiting alone"),
        ({"direction": "sent", "matured": "1", "loop": "closed"}, "reported"),
        ({"first": "1", "direction": "received"}, "overdue alone"),
        ({"first": "1", "direction": "received", "from": "2026-11-01"}, "waiting alone"),
    ],
)
def test_each_filter_leaves_what_it_says(query, names, four):
    assert narrowed(**query) == {four[name] for name in names.split()}


def test_rows_are_asked_for_by_id(four, bob):
    waiting, reported = four["waiting"], four["reported"]
    assert narrowed(partner=str(waiting.partner_id)) == {waiting, reported}
    assert narrowed(patient=str(reported.patient_id)) == {reported, four["alone"]}
    assert narrowed(clinician=str(bob.pk)) == {waiting}
    assert narrowed(location=str(reported.location_id)) == {reported}
    assert narrowed(service=str(four["overdue"].service_id)) == {four["overdue"]}
    assert narrowed(discipline=str(reported.discipline_id)) == {reported}


def test_a_patient_of_one_matter_is_counted_once(okafor, kim, alice):
    first = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    receive(by=alice, patient=kim, partner=factories.partner(), happened_on=TUESDAY, same_matter_as=first)
    assert narrowed(matter="1") == {first}


def test_another_practices_rows_are_never_listed(desk, northgate):
    with enter(northgate):
        theirs = factories.referral()
        partner = theirs.partner_id
    assert shown(desk) == shown(desk, f"?partner={partner}") == []


def test_the_earliest_due_comes_first_when_asked(desk, four):
    assert shown(desk, "?sort=due")[0] == four["overdue"]
    assert shown(desk, "?sort=partner")[0] == four["overdue"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.dates(date(2026, 8, 1), TUESDAY), last=st.dates(date(2026, 8, 1), TUESDAY))
def test_the_first_of_each_patient_is_one_and_the_earliest(first, last, four):
    period = {"from": first.isoformat(), "to": last.isoformat(), "direction": "received"}
    within, found = narrowed(**period), narrowed(**period, first="1")
    assert {row.patient_id for row in found} == {row.patient_id for row in within}
    assert len(found) == len({row.patient_id for row in within})


@pytest.mark.parametrize("name", ["list", "detail", "create", "update", "pass_on", "patient"])
def test_a_page_asks_as_many_questions_for_three_rows_as_for_thirty(name, desk, okafor, kim, alice):
    def queries_after(more):
        for _ in range(more):
            last = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY, reason="knee")
            move(last, Verb.ACCEPT, by=alice)
        address = reverse(f"referrals:{name}", args=[] if name in {"list", "create"} else [last.pk])
        desk.get(address)
        with CaptureQueriesContext(connection) as captured:
            desk.get(address)
        return len(captured)

    few, many = queries_after(3), queries_after(27)
    assert few == many <= 12
