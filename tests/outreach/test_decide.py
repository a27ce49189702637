"""What people decide about a message."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from outreach.actions.messages import answers, thanks
from outreach.actions.messages.people import write_to
from outreach.models import Message, Rule
from outreach.states import Hold
from outreach.states import MessageState as M
from partners.models import Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused, Stale
from referrals.states import Journey
from tests import factories

pytestmark = pytest.mark.usefixtures("clock", "riverside")
EVENING = datetime(2026, 3, 4, 20, tzinfo=UTC)
MORNING = datetime(2026, 3, 5, 8, tzinfo=UTC)


def draft(**fields):
    return factories.message(state=M.HELD, hold=Hold.APPROVAL, **fields)


def fresh(message):
    return Message.objects.get(pk=message.pk)


def verbs(message):
    return set(AuditEvent.objects.filter(subjects=[str(message.pk)]).values_list("verb", flat=True))


def test_an_approved_draft_leaves_at_its_hour_and_says_who_approved(alice):
    message = draft(due_at=timezone.now() + timedelta(hours=7))
    answers.approve(message, version=1, by=alice)
    row = fresh(message)
    assert (row.state, row.hold, row.approved_by, row.due_at) == (M.PENDING, "", alice, message.due_at)
    assert "approved" in verbs(message)


def test_a_draft_approved_in_the_evening_leaves_in_the_morning(alice, clock):
    message = draft()
    clock.move_to(EVENING)
    answers.approve(message, version=1, by=alice)
    assert fresh(message).due_at == MORNING


def test_send_now_overrides_the_hour_and_is_written_down(alice, clock):
    message = factories.message()
    clock.move_to(EVENING)
    answers.send_now(message, version=1, by=alice)
    row = fresh(message)
    assert (row.due_at, row.ignore_quiet_hours) == (EVENING, True)
    assert "sent now" in verbs(message)


def test_send_now_overrides_nothing_else(alice):
    message = factories.message()
    Partner.objects.update(email_opted_out_at=timezone.now())
    with pytest.raises(Refused, match="they asked for no e-mail"):
        answers.send_now(message, version=1, by=alice)
    assert fresh(message).ignore_quiet_hours is False


def test_only_one_of_two_decides(alice, bob):
    message = draft()
    answers.approve(message, version=1, by=alice)
    with pytest.raises(Refused, match="scheduled by now"):
        answers.approve(message, version=1, by=bob)


def test_two_people_editing_one_text(alice, bob):
    message = draft()
    answers.edit(message, version=1, subject="Thanks", body="Alice's words", by=alice)
    with pytest.raises(Stale):
        answers.edit(message, version=1, subject="Thanks", body="Bob's words", by=bob)
    assert fresh(message).body == "Alice's words"


def test_a_referral_after_the_text_was_changed_asks_to_read_it_again(alice):
    partner = factories.partner()
    message = factories.message(partner=partner)
    answers.edit(message, version=1, subject="Thanks", body="For a patient", by=alice)
    thanks.thank(factories.referral(partner=partner))
    row = fresh(message)
    assert (row.state, row.hold, row.causes.count()) == (M.HELD, Hold.APPROVAL, 2)
    assert "read it again" in row.reason


def test_a_note_for_a_referral_in_error_is_not_put_back(alice):
    message = factories.message(referrals=2)
    answers.withdraw(message, version=1, by=alice)
    first, second = [cause.referral for cause in message.causes.all()]
    first.journey = Journey.ENTERED_IN_ERROR
    first.save()
    answers.reinstate(message, by=alice)
    assert [cause.referral for cause in message.causes.live()] == [second]
    answers.withdraw(message, version=3, by=alice)
    second.journey = Journey.DECLINED
    second.save()
    with pytest.raises(Refused, match="no longer counts"):
        answers.reinstate(message, by=alice)


def test_a_refused_note_whose_referral_was_in_error_needs_no_answer(alice):
    message = factories.message(state=M.FAILED, reply="550 no")
    thanks.take_back(message.causes.get().referral, by=alice)
    assert fresh(message).state == M.CANCELLED


def test_what_was_taken_back_can_be_put_back_for_thirty_days(alice, clock):
    message = factories.message()
    answers.withdraw(message, version=1, by=alice)
    assert fresh(message).state == M.CANCELLED
    answers.reinstate(message, by=alice)
    assert (fresh(message).state, fresh(message).hold) == (M.HELD, Hold.APPROVAL)
    answers.withdraw(message, version=3, by=alice)
    clock.shift(timedelta(days=31))
    with pytest.raises(Refused):
        answers.reinstate(message, by=alice)


def test_the_two_answers_for_what_may_not_have_arrived(alice):
    arrived, again = factories.message(state=M.IN_DOUBT), factories.message(state=M.IN_DOUBT, body="Dear you")
    answers.mark_sent(arrived, version=1, by=alice)
    assert (fresh(arrived).state, fresh(arrived).answered_by) == (M.SENT, alice)
    answers.resend(again, version=1, by=alice)
    row = fresh(again)
    assert (row.state, row.text_fixed, row.pk) == (M.PENDING, True, again.pk)


def test_what_was_refused_can_be_sent_again_or_left(alice):
    message = factories.message(state=M.FAILED)
    answers.leave(message, version=1, by=alice)
    assert fresh(message).state == M.CANCELLED
    assert "decided not to" in fresh(message).reason


def test_what_is_sent_again_is_not_joined_by_others(alice):
    partner = factories.partner()
    message = factories.message(partner=partner, state=M.IN_DOUBT)
    answers.resend(message, version=1, by=alice)
    thanks.thank(factories.referral(partner=partner))
    assert fresh(message).causes.count() == 1


def test_after_a_restore_nothing_leaves_before_a_person_has_looked(riverside, capsys):
    waiting, leaving, asked = (
        factories.message(),
        factories.message(state=M.DISPATCHING, lease_until=timezone.now()),
        draft(),
    )
    sent = factories.message(state=M.SENT, sent_at=timezone.now())
    call_command("hold_after_restore")
    assert [fresh(m).hold for m in (waiting, leaving, asked)] == [Hold.RESTORED] * 3
    assert fresh(sent).state == M.SENT
    assert "Riverside Physio: 3 messages held" in capsys.readouterr().out


def press(client, message, decision, **data):
    return client.post(reverse("outreach:decide", args=[message.pk, decision]), data)


def test_approving_on_the_page(as_person, alice):
    message = draft()
    client = as_person(alice)
    page = client.get(reverse("outreach:messages")).content.decode()
    assert "Waiting for approval" in page and "Approve" in page
    response = press(
        client, message, "approve", version=1, next=reverse("outreach:messages") + "?show=approval"
    )
    assert response.url == reverse("outreach:messages") + "?show=approval"
    assert fresh(message).state == M.PENDING


@pytest.mark.parametrize("version", ["", "x", "²", "99999999999999999999", "-1", "7"])
def test_a_decision_about_what_has_changed_is_explained_on_the_list(as_person, alice, version):
    message, client = draft(), as_person(alice)
    response = press(client, message, "approve", version=version, next=reverse("outreach:messages"))
    assert "in the meantime" in client.get(response.url).content.decode()
    assert fresh(message).state == M.HELD


def test_an_ended_partner_offers_no_approval(as_person, alice):
    message, client = factories.message(state=M.HELD, hold=Hold.PARTNER_ENDED), as_person(alice)
    Partner.objects.update(stage="ended", ending="moved", ended_on="2026-03-04")
    assert "Approve" not in client.get(reverse("outreach:messages")).content.decode()
    response = press(client, message, "approve", version=1)
    assert "It cannot be sent: the partner moved" in client.get(response.url).content.decode()
    assert fresh(message).state == M.HELD


def test_an_unknown_decision_is_not_found_and_nobody_is_sent_away(as_person, alice):
    message = draft()
    client = as_person(alice)
    assert press(client, message, "explode", version=1).status_code == 404
    response = press(client, message, "approve", version=1, next="https://elsewhere.example/")
    assert response.url == reverse("outreach:message", args=[message.pk])


@pytest.mark.parametrize("shelf", ["approval", "answer", "scheduled", "sent", "stopped", "<nonsense>"])
def test_every_shelf_opens(as_person, alice, shelf):
    draft()
    factories.message(state=M.IN_DOUBT)
    factories.message(waiting_because="It is the weekend.")
    factories.message(state=M.SENT, sent_at=timezone.now())
    factories.message(state=M.SUPPRESSED, suppression="opted_out")
    query = {"show": shelf, "q": "ada", "since": "2026-13-99", "page": "x"}
    page = as_person(alice).get(reverse("outreach:messages"), query).content.decode()
    assert "in doubt" not in page.lower()
    assert as_person(alice).get(reverse("outreach:messages"), {"show": shelf}).status_code == 200


def queries(client, address):
    """How many queries a page takes, after the first one has written the session's clock."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("show", ["approval", "scheduled"])
def test_the_list_asks_the_same_few_questions_for_any_number_of_rows(as_person, alice, show):
    fields = {"state": M.HELD, "hold": Hold.APPROVAL} if show == "approval" else {}
    client, address = as_person(alice), reverse("outreach:messages") + f"?show={show}"
    for _ in range(3):
        factories.message(**fields)
    few = queries(client, address)
    for _ in range(17):
        factories.message(**fields)
    assert queries(client, address) == few <= 12


def test_the_message_page_says_why_it_exists(as_person, alice):
    message = factories.message(referrals=2, state=M.PENDING)
    client, address = as_person(alice), reverse("outreach:message", args=[message.pk])
    assert queries(client, address) <= 12
    page = client.get(address).content.decode()
    assert page.count("A referral received") == 2
    assert "two patients" in page


def test_a_text_is_changed_on_its_page(as_person, alice):
    message = draft()
    client, address = as_person(alice), reverse("outreach:message_text", args=[message.pk])
    assert "looking after" in client.get(address).content.decode()
    data = {"version": 1, "subject": "Thank you", "body": "<b>Dear</b> you"}
    assert client.post(address, data | {"subject": "Thank\r\nBcc: you"}).status_code == 200
    assert client.post(address, data).status_code == 302
    assert fresh(message).subject == "Thank you"
    stale = client.post(address, data | {"body": "mine"})
    assert "mine" in stale.content.decode() and "Somebody else" in stale.content.decode()


def test_the_page_of_a_mail_to_a_colleague(as_person, alice, bob):
    rule = Rule.objects.get(kind="digest")
    message = write_to(bob, rule=rule, fact="digest", subject="This week", body="Three people.")
    client = as_person(alice)
    page = client.get(reverse("outreach:message", args=[message.pk])).content.decode()
    assert "Message to Bob Brown" in page and "Three people." in page
    assert "Bob Brown" in client.get(reverse("outreach:messages") + "?show=scheduled").content.decode()
