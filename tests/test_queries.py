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
from django.utils import timezone

from outreach.models import Task, Touchpoint
from outreach.states import MessageState, TaskKind
from partners.models import (
    Affiliation,
    Contact,
    Friction,
    LikelyPair,
    Merge,
    Organisation,
    Paperwork,
    Partner,
)
from referralcrm.practice import middleware
from referralcrm.practice.models import Batch, ClosedDay, Location, Plan, SavedView, Service, User
from referralcrm.practice.scope import current_practice, enter
from referralcrm.practice.states import Role
from referrals.actions.consents import give as give_consent
from referrals.models import (
    CallAttempt,
    CareTeamMember,
    Delivery,
    DetailsRequest,
    Draft,
    Enclosure,
    JourneyEvent,
    Obligation,
    Offer,
    Phrase,
    Referral,
    ReportFile,
)
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
        give_consent(
            Referral.objects.get(pk=rows["referral"]),
            by=None,
            scope=["report"],
            to="partner",
            partner=partner,
            until=today + timedelta(days=3),
        )
        Offer.objects.create(referral_id=rows["sent_referral"], partner=partner)
        CareTeamMember.objects.create(referral_id=rows["referral"], role="surgeon", partner=partner)
        Delivery.objects.create(report_id=rows["signed_report"], partner=partner, channel="post")
        JourneyEvent.objects.create(referral_id=rows["referral"], after=Journey.REQUESTED, happened_on=today)
        factories.attachment(Referral.objects.get(pk=rows["referral"]))
        written(rows, count)
        DetailsRequest.objects.create(referral_id=rows["referral"], missing=["phone"], asked_on=today)
        enclosed(rows, count)
        unread = factories.referral(partner=partner, patient=factories.nobody(), to_finish=True)
        DetailsRequest.objects.create(referral=unread, missing=["reason"], asked_on=today)
        answered = {"asked_at": timezone.now() - timedelta(days=3), "answered_at": timezone.now()}
        for about in (partner, Partner.objects.get(pk=rows["partner"])):
            factories.advice(partner=about)
            factories.advice(partner=about, next_step="refer", **answered)
        for state in (MessageState.PENDING, MessageState.HELD, MessageState.FAILED):
            factories.message(partner=partner, state=state)
        for kind in (TaskKind.CHECK_IN, TaskKind.THANK_CARD, TaskKind.OTHER):
            Task.objects.create(title="Do it", kind=kind, partner=partner, due_on=today)
        Touchpoint.objects.create(partner_id=rows["partner"], happened_on=today)
        Affiliation.objects.create(partner_id=rows["partner"], organisation=organisation)
        Contact.objects.create(partner_id=rows["partner"], name=f"Contact {count}")
        factories.person(f"Person {count}", sees_patients=True)
        at_the_desk(practice, partner, patient, count)
        found_and_undone(rows, partner, count)
        thrown_away(partner, patient, count)
        ClosedDay.objects.create(on=today + timedelta(days=count + 1))
        for model in (Location, Service, Plan):
            model.objects.create(name=f"Number {count}")


def written(rows, count):
    """Reports of the referral, a phrase, and one article more that goes along with the draft."""
    referral, by = Referral.objects.get(pk=rows["referral"]), User.objects.get(name="Marked Person")
    factories.signed(referral, by=by)
    Phrase.objects.create(name=f"Phrase {count}", text="Words")
    article = factories.article(f"Article {count}", by=by)
    if count < 3:
        ReportFile.objects.create(report_id=rows["report"], article=article)


def at_the_desk(practice, partner, patient, count):
    """A patient to call, one who was booked, a second referrer, a row of the grid, something hard."""
    today, person = practice.today(), factories.person(f"Caller {count}")
    place = Location.objects.create(name=f"Place {count}")
    received = {"partner": partner, "patient": patient, "location": place, "clinician": person}
    to_call = factories.referral(journey=Journey.REQUESTED, calls=1, **received)
    CallAttempt.objects.create(referral=to_call, number=1, by=person)
    to_tell = {"acknowledge_by": today, "appointment_by": today}
    factories.referral(journey=Journey.REQUESTED, matter=to_call.matter, **to_tell, **received)
    factories.referral(journey=Journey.REQUESTED, call_on=today + timedelta(days=2), **received)
    passed = {"appointment_on": today - timedelta(days=1), "happened_on": today - timedelta(days=9)}
    factories.referral(journey=Journey.SCHEDULED, **received, **passed)
    Task.objects.create(title="Ask", partner=partner, due_on=today, location=place, owner=person)
    draft = Draft(person=User.objects.get(name="Charlie Clark"))
    draft.words = {"patient_name": f"Pat Draft{count}", "partner_text": partner.name}
    draft.save()
    partner_shown = Partner.objects.get(name="Marked Partner", organisation__isnull=False)
    owner = User.objects.get(name="Marked Person")
    Task.objects.create(title="Ask", partner=partner, due_on=today, owner=owner)
    Partner.objects.filter(pk=partner.pk).update(owner=owner)
    factories.referral(**received | {"clinician": owner, "journey": Journey.REQUESTED})
    for about in (partner, partner_shown):
        Friction.objects.create(partner=about, trouble="A wait", happened_on=today, owner=owner)


def enclosed(rows, count):
    """A line of the partner's checklist that is ticked, and one typed for the patient."""
    line = Paperwork.objects.create(partner_id=rows["partner"], what=f"Form {count}", goes_with="both")
    referral = Referral.objects.get(pk=rows["referral"])
    Enclosure.objects.create(referral=referral, paperwork=line, what=line.what)
    typed = Enclosure(referral=referral)
    typed.words = f"Scan {count}"
    typed.save()
    shown = Partner.objects.get(pk=rows["partner"])
    factories.afterwards(shown, patient=factories.patient(f"Pat Told{count}"))
    _, told, flag = factories.afterwards(shown, patient=factories.patient(f"Pat Gone{count}"))
    for row in (told, flag):
        type(row).objects.filter(pk=row.pk).update(deleted_at=timezone.now())


def found_and_undone(rows, partner, count):
    """Likely doubles, merges, changes of many, kept views, and files that went in and out."""
    person = User.objects.get(name="Charlie Clark")
    kinds = (("partner", Partner, rows["partner"]), ("organisation", Organisation, rows["organisation"]))
    for kind, model, stays in kinds:
        one, other, gone = (model.objects.create(name=f"{kind} {count} {letter}") for letter in "abc")
        LikelyPair.objects.create(kind=kind, first=one.pk, second=other.pk, reasons=["name"], nearness=0.5)
        model.objects.filter(pk=gone.pk).update(merged_into=stays)
        Merge.objects.create(kind=kind, survivor=stays, merged=gone.pk, merged_name=gone.name, by=person)
    for slug in ("partners", "referrals"):
        Batch.objects.create(slug=slug, by=person, what=f"Change {count}", number=3)
        owner = factories.person(f"Owner {count}")
        SavedView.objects.create(slug=slug, name=f"View {count}", owner=owner, is_shared=True)
    factories.uploaded(by=person)
    factories.outcomes(by=person)
    factories.export(by=person)


def thrown_away(partner, patient, count):
    """A row of every kind that stands in the trash."""
    now, today = {"deleted_at": timezone.now()}, current_practice().today()
    gone = factories.partner(f"Gone {count}", **now)
    office = factories.organisation(f"Gone {count}", **now)
    referral = factories.referral(partner=partner, patient=patient, **now)
    attached = factories.attachment(referral)
    type(attached).objects.filter(pk=attached.pk).update(**now)
    Affiliation.objects.create(partner=gone, organisation=office, **now)
    Contact.objects.create(partner=gone, name="Jo", **now)
    Friction.objects.create(partner=partner, trouble="A wait", happened_on=today, **now)
    Paperwork.objects.create(partner=partner, what="A form", **now)
    Touchpoint.objects.create(partner=partner, happened_on=today, **now)
    factories.advice(partner=partner, **now)
    Task.objects.create(title="Gone", partner=partner, due_on=today, **now)
    owner = User.objects.get(name="Charlie Clark")
    SavedView.objects.create(slug="partners", name=f"Gone {count}", owner=owner, **now)


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
    all_queries(browser, rows)
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
