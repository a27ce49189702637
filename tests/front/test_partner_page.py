"""A partner's page: the plain sentence, the two lists, one timeline, and who sees which."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outreach.models import Message, MessageCause, Rule, Task, Touchpoint
from outreach.states import MessageState, RuleKind, TaskState
from partners import actions
from partners.models import Contact
from partners.states import Ending
from referralcrm.audit.models import AuditEvent
from referralcrm.front.partner import sentence
from referralcrm.practice.models import Plan
from referralcrm.practice.states import Role
from referrals.models import Obligation
from tests import factories


def address(partner):
    return reverse("partners:detail", args=[partner.pk])


@pytest.fixture
def okafor(riverside):
    return factories.partner(next_step="Tell her about the class", next_step_on=riverside.today())


class Known:
    def __init__(self, received=None, sent=None, days=None, kind="call", today=None):
        self.received, self.sent, self.last_kind = received, sent, kind
        self.answered_by_us = self.answered_by_them = None
        self.last_contact = today - timedelta(days=days) if days is not None else None


@pytest.mark.parametrize(
    "known, said",
    [
        (
            (6, 2, 12, "call"),
            "They sent 6 patients this year; you sent 2. You were last in touch 12 days ago, by phone.",
        ),
        ((1, None, 0, "visit"), "They sent 1 patient this year. You were last in touch today, on a visit."),
        (
            (None, 1, 1, "lunch"),
            "You sent them 1 patient this year. You were last in touch yesterday, over lunch.",
        ),
        (
            (None, None, None, None),
            "No patient has passed between you this year so far. No contact has been written down yet.",
        ),
    ],
)
def test_the_sentence_is_plain_in_every_case(riverside, known, said):
    received, sent, days, kind = known
    assert sentence(Known(received, sent, days, kind, riverside.today()), riverside.today()) == said


def test_a_contact_long_ago_is_named_by_its_day(riverside):
    assert " on " in sentence(Known(days=200, today=riverside.today()), riverside.today())


def test_the_page_shows_both_lists_and_the_report_that_is_due(okafor, alice, as_person, riverside):
    referral = factories.referral(partner=okafor, journey="in_care", in_care_on=riverside.today())
    due = riverside.today() + timedelta(days=1)
    Obligation.objects.create(referral=referral, side="us", state="due", due_on=due)
    factories.referral(partner=okafor, direction="sent", patient=factories.patient("Ana Diaz"))
    response = as_person(alice).get(address(okafor))
    received, sent = response.context["received"], response.context["sent"]
    assert [(line.patient, line.tag, line.tone) for line in received] == [
        ("Kim Moreau", "report due tomorrow", "soon")
    ]
    assert [line.patient for line in sent] == ["Ana Diaz"]


def test_opening_the_page_leaves_one_audit_row_of_the_patients_read(okafor, alice, as_person):
    patient = factories.referral(partner=okafor).patient
    as_person(alice).get(address(okafor))
    assert AuditEvent.objects.get(verb="read").subjects == [str(patient.pk)]


def test_who_may_not_see_patients_sees_the_record_number(okafor, as_person, riverside):
    factories.referral(partner=okafor, patient=factories.patient("Kim Moreau", record="20417"))
    auditor = factories.person("Ada Auditor", role=Role.AUDITOR)
    page = as_person(auditor).get(address(okafor)).content.decode()
    assert "record 20417" in page
    assert "Kim Moreau" not in page
    assert "When things change" not in page


def test_the_timeline_merges_all_that_happened_newest_first(okafor, alice, as_person, riverside):
    today = riverside.today()
    Touchpoint.objects.create(
        partner=okafor, happened_on=today - timedelta(days=9), by=alice, minutes=6, note="Short reports."
    )
    rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
    sent_at = timezone.now() - timedelta(days=5)
    message = Message.objects.create(
        partner=okafor, rule=rule, state=MessageState.SENT, sent_at=sent_at, due_at=sent_at, approved_by=alice
    )
    referral = factories.referral(partner=okafor, happened_on=today - timedelta(days=7))
    for fact in ("a", "b"):
        MessageCause.objects.create(rule=rule, message=message, fact=fact, referral=referral)
    Task.objects.create(
        partner=okafor,
        title="Ask about the ward",
        due_on=today,
        state=TaskState.COMPLETED,
        closed_at=timezone.now() - timedelta(days=3),
        closed_by=alice,
    )
    actions.end(okafor, ending=Ending.RETIRED, on=today - timedelta(days=1), by=alice)
    moments = as_person(alice).get(address(okafor)).context["stretch"].moments
    assert [moment.title for moment in moments] == [
        "Retired",
        "Done",
        "Thank-you e-mail",
        "Referral received",
        "Call",
    ]
    mail = moments[2]
    assert "rule “Thanks for each patient”, approved by Alice Adams" in mail.text
    assert mail.why == "for 2 referrals"
    assert moments[4].text == "Alice Adams, 6 min. Short reports."


def test_earlier_moments_are_on_further_pages(okafor, alice, as_person, riverside):
    for days in range(45):
        Touchpoint.objects.create(partner=okafor, happened_on=riverside.today() - timedelta(days=days))
    client = as_person(alice)
    first, third = (client.get(address(okafor), {"page": page}).context["stretch"] for page in (1, 3))
    assert (len(first.moments), first.earlier, first.later) == (20, 2, None)
    assert (len(third.moments), third.earlier, third.later) == (5, None, 2)
    for page in ("\0", "-1", "x", "99999999999", "²"):
        assert client.get(address(okafor), {"page": page}).status_code == 200


def test_offices_people_and_insurers_stand_on_the_page(alice, as_person):
    partner = actions.create(name="Dr Lind", office="Northgate Surgery", by=alice)
    actions.affiliate(partner, office="Harbour Walk-in", by=alice)
    partner.plans.add(Plan.objects.create(name="Blue"), through_defaults={})
    Contact.objects.create(partner=partner, name="Marta", role="coordinator", phone="+44 20 7946 0958")
    page = as_person(alice).get(address(partner)).content.decode()
    for words in ("also Harbour Walk-in", "Marta, referral coordinator", "Blue", "tel:+44-20-7946-0958"):
        assert words in page


def test_more_of_everything_needs_no_more_queries(okafor, alice, as_person, riverside):
    client = as_person(alice)
    client.get(address(okafor))

    def add(number):
        for index in range(number):
            factories.referral(partner=okafor)
            factories.referral(partner=okafor, direction="sent")
            Touchpoint.objects.create(partner=okafor, happened_on=riverside.today())
            Contact.objects.create(partner=okafor, name=f"Marta {index}")
            actions.affiliate(okafor, office=f"Office {index}", by=alice)

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(address(okafor))
        return len(queries)

    add(3)
    few = count()
    add(27)
    assert count() == few <= 12


def test_a_deleted_partner_is_said_to_be_in_the_trash(okafor, alice, as_person):
    actions.delete(okafor, by=alice)
    assert as_person(alice).get(address(okafor)).status_code == 410


def test_a_contact_is_opened_from_the_timeline_by_who_may_mend_it(okafor, alice, as_person, riverside):
    contact = Touchpoint.objects.create(partner=okafor, happened_on=riverside.today(), by=alice)
    mend = reverse("outreach:touchpoint", args=[contact.pk])
    auditor = factories.person("Ada Auditor", role=Role.AUDITOR)
    assert mend in as_person(alice).get(address(okafor)).content.decode()
    assert mend not in as_person(auditor).get(address(okafor)).content.decode()


def test_the_timeline_says_why_a_note_was_not_sent(okafor, alice, as_person):
    factories.message(partner=okafor, state=MessageState.SUPPRESSED, suppression="opted_out")
    assert "not sent: they asked for no e-mail" in as_person(alice).get(address(okafor)).content.decode()
