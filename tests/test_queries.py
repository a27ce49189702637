"""Every page needs the same number of queries, and at most twelve, however many rows there are.

The addresses are those of ``tests/practice/test_permit.py``. All queries count: session, person, walls,
savepoints and the audit row included.
"""

import math
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from outreach.models import Task, Touchpoint
from outreach.states import MessageState, TaskKind
from partners.models import Affiliation, Contact
from referralcrm.practice import middleware
from referralcrm.practice.models import ClosedDay, Location, Plan, Service
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.models import DetailsRequest, JourneyEvent, Obligation, Referral
from referrals.states import Journey, Loop, Side
from tests import factories
from tests.practice.cast import one_of_each
from tests.practice.test_permit import URLS, VIEWS

AT_MOST = 12
PAGES = sorted(
    name for name, view in VIEWS.items() if "GET" in view.methods and URLS[name].permission is not None
)


def more_of_each(practice, rows, numbers):
    """A row of every kind for each number, around the partner and the referral that the pages show."""
    today = practice.today()
    organisation = factories.organisation()
    for count in numbers:
        partner = factories.partner(f"Dr Number {count}", organisation=organisation, circle="network")
        patient = factories.patient(f"Pat Number{count}")
        for direction in ("received", "sent"):
            referral = factories.referral(
                partner=partner,
                patient=patient,
                direction=direction,
                happened_on=today - timedelta(days=40),
                journey=Journey.ATTENDED,
                attended_on=today - timedelta(days=30),
            )
            side = Side.US if direction == "received" else Side.THEM
            late = today - timedelta(days=3)
            Obligation.objects.create(referral=referral, side=side, state=Loop.DUE, due_on=late)
        factories.referral(partner=partner, patient=patient)
        factories.referral(partner_id=rows["partner"], patient=patient)
        JourneyEvent.objects.create(referral_id=rows["referral"], after=Journey.REQUESTED, happened_on=today)
        factories.attachment(Referral.objects.get(pk=rows["referral"]))
        DetailsRequest.objects.create(referral_id=rows["referral"], missing=["phone"], asked_on=today)
        unread = factories.referral(partner=partner, patient=factories.nobody(), to_finish=True)
        DetailsRequest.objects.create(referral=unread, missing=["reason"], asked_on=today)
        for state in (MessageState.PENDING, MessageState.HELD, MessageState.FAILED):
            factories.message(partner=partner, state=state)
        for kind in (TaskKind.CHECK_IN, TaskKind.THANK_CARD, TaskKind.OTHER):
            Task.objects.create(title="Do it", kind=kind, partner=partner, due_on=today)
        Touchpoint.objects.create(partner_id=rows["partner"], happened_on=today)
        Affiliation.objects.create(partner_id=rows["partner"], organisation=organisation)
        Contact.objects.create(partner_id=rows["partner"], name=f"Contact {count}")
        factories.person(f"Person {count}", sees_patients=True)
        ClosedDay.objects.create(on=today + timedelta(days=count + 1))
        for model in (Location, Service, Plan):
            model.objects.create(name=f"Number {count}")


@pytest.fixture(scope="module")
def counted(committed_module):
    """The queries of every page with three rows of each kind, and with thirty: name → (few, many)."""
    practice = factories.practice("Riverside Physio")
    with enter(practice):
        rows = one_of_each()
        browser = Client()
        manager = factories.person("Charlie Clark", practice=practice, role=Role.MANAGER)
        more_of_each(practice, rows, range(3))
    browser.force_login(manager, backend="referralcrm.practice.backend.PersonBackend")
    all_queries(browser, rows)  # leaves audit rows of every kind for the audit's pages to name
    few = all_queries(browser, rows)
    with enter(practice):
        more_of_each(practice, rows, range(3, 30))
    many = all_queries(browser, rows)
    return {name: (few[name], many[name]) for name in PAGES}


def all_queries(browser, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            middleware, "WRITE_EVERY", math.inf
        )  # the idle clock writes now and then, not each time
        return {name: queries(browser, URLS[name].address(name, rows)) for name in PAGES}


def queries(browser, address):
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address).status_code < 500, address
    return [query["sql"] for query in seen]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_as_many_queries_for_thirty_rows_as_for_three(counted, name):
    few, many = counted[name]
    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few)))
    assert len(many) <= AT_MOST, "\n".join(many)
