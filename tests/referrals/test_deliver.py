"""A final report goes to a partner: who may have it, by which way, and what is known of it afterwards."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from outreach.actions import tasks
from outreach.models import Message, Task
from outreach.states import MessageState, TaskState
from partners.actions import add_paperwork, mark_treating
from partners.actions import update as update_partner
from partners.models import Agreement
from referralcrm.core.refused import Refused
from referrals.actions import add_clinician, consents, deliveries, links, remove_clinician, tick
from referrals.models import CareTeamMember, Consent, Delivery, Obligation, PortalCode
from referrals.states import Loop
from tests import factories

TAG = re.compile("<[^>]+>")


@pytest.fixture
def okafor(riverside):
    return factories.partner(
        "Dr Adaeze Okafor", email="okafor@office.example", fax="+442079460000", treating_provider=True
    )


@pytest.fixture
def referral(okafor, riverside):
    return factories.referral(partner=okafor, attended_on=riverside.today(), journey="attended")


@pytest.fixture
def promised(referral, riverside):
    return Obligation.objects.create(referral=referral, side="us", state="due", due_on=riverside.today())


@pytest.fixture
def report(referral, promised, bob):
    return factories.report(referral, by=bob, final=True)


@pytest.fixture
def consent(referral, alice):
    return consents.give(referral, by=alice, scope=["report"], to="other_side")


def state_of(promised):
    return Obligation.objects.get(pk=promised.pk).state


def test_without_consent_nothing_goes(report, okafor, promised, alice):
    with pytest.raises(consents.NotCovered, match="not agreed"):
        deliveries.send(report, partner=okafor, channel="link", by=alice)
    assert not Delivery.objects.exists() and not Message.objects.exists()
    assert state_of(promised) == Loop.DUE


def test_to_somebody_who_does_not_treat_the_patient_nothing_goes(report, okafor, consent, alice):
    okafor.treating_provider = False
    okafor.save()
    with pytest.raises(consents.NotCovered, match="treating provider"):
        deliveries.send(report, partner=okafor, channel="by_hand", by=alice)


def test_by_link_it_is_sent_at_once_and_a_mail_waits_without_its_token(
    report, okafor, consent, promised, alice
):
    delivery = deliveries.send(report, partner=okafor, channel="link", by=alice)
    assert state_of(promised) == Loop.SENT
    message = Message.objects.get(rule__kind="report_notice")
    assert message.state == MessageState.PENDING and links.token_of(delivery.link)
    with pytest.raises(Refused, match="already"):
        deliveries.send(report, partner=okafor, channel="link", by=alice)


@pytest.mark.parametrize(
    "changes, channel, why",
    [
        ({"email": ""}, "link", "no e-mail address"),
        ({"email_opted_out_at": "2026-01-01T00:00Z"}, "link", "asked for no e-mail"),
        ({"email_state": "bounced"}, "link", "came back"),
        ({"fax": ""}, "fax", "no fax number"),
    ],
)
def test_a_way_that_leads_nowhere_is_refused(report, okafor, consent, alice, changes, channel, why):
    type(okafor).objects.filter(pk=okafor.pk).update(**changes)
    okafor.refresh_from_db()
    with pytest.raises(Refused, match=why):
        deliveries.send(report, partner=okafor, channel=channel, by=alice)


def test_a_copy_to_another_clinician_does_not_answer_the_referrer(report, referral, promised, alice):
    lind = factories.partner("Dr Lind", email="lind@office.example", treating_provider=True)
    consents.give(referral, by=alice, scope=["report"], to="partner", partner=lind)
    deliveries.send(report, partner=lind, channel="link", by=alice)
    assert state_of(promised) == Loop.DUE


@pytest.mark.parametrize("channel, title", [("post", "Post a report to"), ("fax", "Fax a report to")])
def test_what_is_posted_is_a_task_and_sent_when_somebody_ticks_it(
    report, okafor, consent, promised, alice, channel, title
):
    delivery = deliveries.send(report, partner=okafor, channel=channel, by=alice)
    task = Task.objects.get()
    assert task.title == f"{title} Dr Adaeze Okafor" and "Moreau" not in task.title + task.why
    assert (state_of(promised), delivery.sent_at) == (Loop.DUE, None)
    tasks.complete(task, version=task.version, by=alice)
    assert state_of(promised) == Loop.SENT and Delivery.objects.get().sent_at
    task.refresh_from_db()
    tasks.reopen(task, version=task.version, by=alice)
    assert state_of(promised) == Loop.DUE and Delivery.objects.get().sent_at is None


def test_ticked_with_the_report_its_task_is_done_too(report, okafor, consent, promised, alice):
    delivery = deliveries.send(report, partner=okafor, channel="post", by=alice)
    deliveries.mark_sent(delivery, by=alice)
    assert Task.objects.get().state == TaskState.COMPLETED
    deliveries.mark_unsent(delivery, by=alice)
    assert Task.objects.get().state == TaskState.REQUESTED and state_of(promised) == Loop.DUE


def test_a_withdrawn_consent_takes_back_what_nobody_has_opened(report, okafor, consent, alice):
    unread = deliveries.send(report, partner=okafor, channel="link", by=alice)
    to_post = deliveries.send(report, partner=okafor, channel="post", by=alice)
    consents.withdraw(consent, by=alice)
    assert all(Delivery.objects.get(pk=row.pk).revoked_at for row in (unread, to_post))
    assert Task.objects.get().state == TaskState.CANCELLED
    assert not Delivery.objects.get(pk=unread.pk).is_open


@pytest.fixture
def lind(referral, alice):
    """Another clinician of the patient, who may have reports."""
    lind = factories.partner("Dr Lind", email="lind@office.example", treating_provider=True)
    add_clinician(referral, by=alice, role="surgeon", partner=lind)
    consents.give(referral, by=alice, scope=["report"], to="partner", partner=lind)
    return lind


def withdrawing(lind, by):
    consents.withdraw(Consent.objects.get(partner=lind), by=by)


def taking_off_the_team(lind, by):
    remove_clinician(CareTeamMember.objects.get(partner=lind), by=by)


def unmarking(lind, by):
    mark_treating(lind, by=by, treating=False)


def unticking(lind, by):
    update_partner(lind, version=lind.version, by=by, treating_provider=False)


@pytest.mark.parametrize("was_opened", [False, True])
@pytest.mark.parametrize(
    "fact, why",
    [
        (withdrawing, "the patient withdrew their consent"),
        (taking_off_the_team, "they no longer treat this patient"),
        (unmarking, "they are no longer marked as a treating provider"),
        (unticking, "they are no longer marked as a treating provider"),
    ],
)
def test_a_link_is_closed_at_once_and_the_delivery_says_why(
    report, okafor, lind, consent, alice, client, as_person, fact, why, was_opened
):
    ours = deliveries.send(report, partner=okafor, channel="link", by=alice)
    theirs = deliveries.send(report, partner=lind, channel="link", by=alice)
    token = links.token_of(theirs.link)
    if was_opened:
        visit_by(theirs, client)
        assert "Kim Moreau" in client.get(reverse("portal:page")).content.decode()
    fact(lind, alice)
    assert links.find(token) is None and Delivery.objects.get(pk=ours.pk).is_open
    codes = PortalCode.objects.count()
    answers = [Client().post(reverse("portal:door"), {"link": each}) for each in (token, "made up")]
    first, second = (re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers)
    assert first == second and PortalCode.objects.count() == codes
    assert client.get(reverse("portal:page"))["Location"] == reverse("portal:door")
    for page in (page_of(report), report.referral.get_absolute_url()):
        assert f"closed because {why}" in as_person(alice).get(page).content.decode()


def test_who_is_taken_off_the_team_and_sent_the_patient_keeps_the_link(
    report, referral, okafor, consent, alice
):
    member = add_clinician(referral, by=alice, role="primary_care", partner=okafor)
    delivery = deliveries.send(report, partner=okafor, channel="link", by=alice)
    remove_clinician(member, by=alice)
    assert Delivery.objects.get(pk=delivery.pk).is_open


def test_taken_off_the_team_nobody_has_to_post_it_any_more_and_what_is_there_stays(report, lind, alice):
    to_post = deliveries.send(report, partner=lind, channel="post", by=alice)
    by_hand = deliveries.send(report, partner=lind, channel="by_hand", by=alice)
    taking_off_the_team(lind, alice)
    assert Delivery.objects.get(pk=to_post.pk).revoked_because == "left_team"
    assert Task.objects.get().state == TaskState.CANCELLED
    assert Delivery.objects.get(pk=by_hand.pk).revoked_at is None


def test_when_the_consent_has_ended_the_link_opens_no_more_than_a_wrong_one(
    report, okafor, referral, alice, client, riverside
):
    consents.give(referral, by=alice, scope=["report"], to="other_side", until=riverside.today())
    delivery = deliveries.send(report, partner=okafor, channel="link", by=alice)
    token = links.token_of(delivery.link)
    client.post(reverse("portal:door"), {"link": token})
    digits = links.digits_of(PortalCode.objects.get())
    Consent.objects.update(until=riverside.today() - timedelta(days=1), given_on="2026-01-01")
    client.post(reverse("portal:door"), {"link": token})
    client.post(reverse("portal:code"), {"link": token, "code": digits})
    assert PortalCode.objects.get().used_at is None


def test_sent_again_the_old_link_opens_nothing(report, okafor, consent, alice):
    delivery = deliveries.send(report, partner=okafor, channel="link", by=alice)
    old = links.token_of(delivery.link)
    again = deliveries.resend(delivery, by=alice)
    assert links.find(old) is None and links.find(links.token_of(again.link)) == again.link
    assert Message.objects.filter(rule__kind="report_notice").count() == 2


# --- what the recipient does


def visit_by(delivery, client):
    """Bring a browser past the code."""
    token = links.token_of(delivery.link)
    client.post(reverse("portal:door"), {"link": token})
    digits = links.digits_of(delivery.link.codes.get())
    client.post(reverse("portal:code"), {"link": token, "code": digits})


@pytest.fixture
def come_in(report, okafor, consent, alice, client):
    """``come_in()`` is the delivery, with the recipient's browser past the code."""

    def by_the_link():
        delivery = deliveries.send(report, partner=okafor, channel="link", by=alice)
        visit_by(delivery, client)
        return delivery

    return by_the_link


def test_opening_downloading_and_confirming_are_facts_of_their_own(come_in, client, promised):
    delivery = come_in()
    page = client.get(reverse("portal:page")).content.decode()
    assert "Kim Moreau" in page
    now = Delivery.objects.get()
    assert now.opened_at and not now.downloaded_at and not now.confirmed_at
    pdf = client.get(reverse("portal:paper", args=[delivery.pk, "report"]))
    assert pdf.content.startswith(b"%PDF") and pdf["Content-Disposition"].startswith("attachment")
    assert pdf["Referrer-Policy"] == "no-referrer" and "no-store" in pdf["Cache-Control"]
    assert Delivery.objects.get().downloaded_at and state_of(promised) == Loop.SENT
    client.post(reverse("portal:confirm", args=[delivery.pk]))
    assert Delivery.objects.get().confirmed_at and state_of(promised) == Loop.ACKNOWLEDGED


def test_the_page_is_the_cover_note_too(referral, okafor, consent, promised, alice, bob, client):
    written = factories.REPORT | {"cover": "thank you for sending us your patient."}
    report = factories.report(referral, by=bob, content=written, final=True)
    for what in ("Insurance form B", "Consent, signed"):
        line = add_paperwork(okafor, by=alice, what=what, goes_with="report")
    tick(referral, line, by=alice, state="enclosed")
    lind = factories.partner("Dr Lind", email="lind@office.example", treating_provider=True)
    consents.give(referral, by=alice, scope=["report"], to="partner", partner=lind)
    pages = {}
    for partner in (okafor, lind):
        delivery = deliveries.send(report, partner=partner, channel="link", by=alice)
        visit_by(delivery, client)
        pages[partner] = " ".join(TAG.sub(" ", client.get(reverse("portal:page")).content.decode()).split())
        assert "thank you for sending us your patient." in pages[partner]
    assert "Sent along Consent, signed To follow Insurance form B" in pages[okafor]
    assert "Insurance form B" not in pages[lind], "another's list is nobody's business"


def test_a_withdrawn_consent_closes_what_was_opened(come_in, client, consent, alice):
    delivery = come_in()
    client.get(reverse("portal:page"))
    consents.withdraw(consent, by=alice)
    for address in (reverse("portal:page"), reverse("portal:paper", args=[delivery.pk, "report"])):
        assert client.get(address)["Location"] == reverse("portal:door")


def test_a_visitor_sees_nothing_of_another_link(come_in, client, referral, alice, bob):
    come_in()
    lind = factories.partner("Dr Lind", email="lind@office.example", treating_provider=True)
    consents.give(referral, by=alice, scope=["report"], to="partner", partner=lind)
    other = deliveries.send(Delivery.objects.get().report, partner=lind, channel="link", by=alice)
    for address in ("portal:paper", "portal:confirm"):
        parts = [other.pk, "report"] if address == "portal:paper" else [other.pk]
        method = client.get if address == "portal:paper" else client.post
        assert method(reverse(address, args=parts)).status_code == 404
    assert Delivery.objects.get(pk=other.pk).confirmed_at is None


# --- the page that sends


def page_of(report):
    return reverse("referrals:send_report", args=[report.pk])


def test_the_page_says_what_is_in_the_way_and_how_to_mend_it(report, okafor, alice, as_person):
    page = as_person(alice).get(page_of(report)).content.decode()
    assert "has not agreed yet to a report to Dr Adaeze Okafor" in page and "Record the consent" in page
    assert 'name="channel"' not in page
    as_person(alice).post(page_of(report), {"partner": okafor.pk, "channel": "link"})
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("agreed, offered", [("", "link"), ("fax", "fax"), ("post", "post")])
def test_the_way_they_like_is_chosen_already(report, okafor, consent, alice, as_person, agreed, offered):
    Agreement.objects.create(partner=okafor, report_by=agreed)
    page = as_person(alice).get(page_of(report)).content.decode()
    assert f'<option value="{offered}" selected>' in page


def test_a_partner_who_is_nobody_of_this_patient_is_not_sent_to(report, consent, alice, as_person):
    other = factories.partner("Dr Else", treating_provider=True)
    as_person(alice).post(page_of(report), {"partner": other.pk, "channel": "post"})
    assert not Delivery.objects.exists()


def test_it_is_sent_ticked_and_confirmed_on_the_page(
    report, okafor, consent, promised, referral, alice, as_person
):
    desk = as_person(alice)
    desk.post(page_of(report), {"partner": okafor.pk, "channel": "post"})
    made = Delivery.objects.get()
    for name in ("delivery_letter", "delivery_fax"):
        assert desk.get(reverse(f"referrals:{name}", args=[made.pk])).content.startswith(b"%PDF")
    for act, state in [("sent", Loop.SENT), ("confirm", Loop.ACKNOWLEDGED)]:
        desk.post(reverse("referrals:delivery", args=[made.pk]), {"act": act})
        assert state_of(promised) == state
    page = desk.get(reverse("referrals:detail", args=[referral.pk])).content.decode()
    assert "posted" in page and "confirmed" in page


def test_a_fax_whose_number_has_gone_asks_for_it(report, okafor, consent, alice, as_person):
    deliveries.send(report, partner=okafor, channel="fax", by=alice)
    assert "the number is +442079460000" in as_person(alice).get(page_of(report)).content.decode()
    type(okafor).objects.filter(pk=okafor.pk).update(fax="")
    page = as_person(alice).get(page_of(report)).content.decode()
    assert "add their fax number" in page and "the number is" not in page


def test_what_the_gate_says_of_many_is_what_it_says_of_each(report, referral, okafor, alice, riverside):
    today = riverside.today()
    people = [okafor, *(factories.partner(f"Dr {n}", treating_provider=n % 2) for n in range(4))]
    consents.give(referral, by=alice, scope=["report"], to="partner", partner=people[1])
    gone = consents.give(referral, by=alice, scope=["report"], to="partner", partner=people[2])
    consents.withdraw(gone, by=alice)
    consents.give(referral, by=alice, scope=["story"], to="partner", partner=people[3], until=today)
    CareTeamMember.objects.create(referral=referral, role="surgeon", partner=people[4])
    for to in (None, "other_side", "care_team"):
        if to:
            consents.give(referral, by=alice, scope=["report"], to=to)
        told = consents.problems(report.patient, people, what="report")
        assert told == {who.pk: consents.problem(report.patient, who, what="report") for who in people}
