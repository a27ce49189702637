"""Thanks for a report that came: offered beside the tick, once, and never with a word about the patient."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from outreach import mail
from outreach.actions.messages import report_thanks, thanks
from outreach.models import Message, MessageCause, Rule, Task, Touchpoint
from outreach.models.messages import with_causes
from outreach.states import Hold, MessageState, RuleKind, TaskKind
from partners.actions import friction
from partners.states import AddressState, Channel
from referralcrm.core.refused import Refused
from referrals.actions import confirm_report, record_report, send, take_report_back
from referrals.models import Obligation
from tests import factories

pytestmark = pytest.mark.usefixtures("clock", "riverside")


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor", email="okafor@office.example", salutation="Dr Okafor")


@pytest.fixture
def report(okafor, alice):
    return arrived(okafor, alice)


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def arrived(partner, by):
    """Their first report about a patient we sent them, which came today."""
    kim, today = factories.patient("Kim Moreau"), by.practice.today()
    referral = send(by=by, patient=kim, partner=partner, happened_on=today)
    report = Obligation.objects.select_related("referral__partner", "referral__patient").get(
        referral=referral
    )
    record_report(report, by=by)
    return report


def thank(desk, report, **sent):
    return desk.post(reverse("outreach:thank_for_report", args=[report.pk]), sent, follow=True)


def undo(desk, report, confirmed="?confirmed"):
    return desk.post(reverse("outreach:take_thanks_back", args=[report.pk]) + confirmed, follow=True)


def words_of(message):
    [message] = with_causes([Message.objects.select_related("rule", "partner").get(pk=message.pk)])
    return " ".join(mail.text_of(message))


def test_the_tick_alone_sends_nothing_and_the_offer_stays(desk, report, alice):
    page = desk.get(report.referral.get_absolute_url()).content.decode()
    assert "We confirmed it" in page and "Confirm it, and say thanks by e-mail" in page
    confirm_report(report, by=alice)
    assert not Message.objects.exists() and not Task.objects.exists()
    assert "Say thanks by e-mail" in desk.get(report.referral.get_absolute_url()).content.decode()


def test_one_press_acknowledges_and_thanks_by_mail_that_says_nothing_of_the_patient(desk, report, okafor):
    shown = thank(desk, report, version=report.version).content.decode()
    report.refresh_from_db()
    message = Message.objects.get()
    assert (report.state, message.partner, message.state) == ("acknowledged", okafor, MessageState.PENDING)
    assert "An e-mail of thanks leaves today; it names no patient." in shown
    assert "Thanks by e-mail" in shown and "say thanks" not in shown.lower()
    written = words_of(message)
    assert "Thank you for your report" in written and "Dear Dr Okafor" in written
    for mark in ("Kim", "Moreau", "1971", report.referral.patient.record_number):
        assert mark not in written


def test_pressed_twice_it_is_one_thank_you(desk, report):
    thank(desk, report)
    thank(desk, report)
    assert Message.objects.count() == MessageCause.objects.count() == 1


@pytest.mark.parametrize(
    "partner, kind",
    [
        ({"preferred_channel": Channel.PHONE}, TaskKind.THANK_CALL),
        ({"preferred_channel": Channel.CARD}, TaskKind.THANK_CARD),
        ({"email": ""}, TaskKind.THANK_CARD),
        ({"email_opted_out_at": datetime(2026, 1, 1, tzinfo=UTC)}, TaskKind.THANK_CARD),
        ({"email_state": AddressState.BOUNCED}, TaskKind.THANK_CARD),
    ],
)
def test_by_hand_it_is_a_task_whose_tick_logs_the_contact(desk, alice, partner, kind):
    report = arrived(factories.partner("Dr Adaeze Okafor", **partner), alice)
    thank(desk, report)
    task = Task.objects.get()
    assert (task.kind, task.why) == (kind, "For a report they sent.")
    assert not Message.objects.exists() and "Moreau" not in task.title + task.why
    desk.post(reverse("outreach:task", args=[task.pk]), {"verb": "done", "version": task.version})
    assert Touchpoint.objects.get().partner == report.referral.partner


def test_thanks_for_a_report_and_for_a_patient_are_two_cards(alice, okafor):
    okafor.preferred_channel = Channel.CARD
    okafor.save()
    report_thanks.thank_for(arrived(okafor, alice), by=alice)
    report_thanks.thank_for(arrived(okafor, alice), by=alice)
    thanks.thank(factories.referral(partner=okafor))
    assert sorted(task.why for task in Task.objects.all()) == [
        "For 2 reports they sent.",
        "For a referral they made.",
    ]


def test_a_second_report_joins_the_note_that_waits(alice, okafor, clock):
    clock.move_to("2026-03-06T19:00Z")  # Friday evening: it waits for Monday
    for _ in range(2):
        report_thanks.thank_for(arrived(okafor, alice), by=alice)
    message = Message.objects.get()
    assert "Thank you for your two reports" in words_of(message)
    assert message.due_at == datetime(2026, 3, 9, 8, tzinfo=UTC)


def test_within_a_week_of_other_thanks_it_waits_for_the_seventh_day(alice, okafor, riverside):
    factories.message(partner=okafor, state=MessageState.SENT, sent_at=riverside.now() - timedelta(days=2))
    cause, _ = report_thanks.thank_for(arrived(okafor, alice), by=alice)
    assert cause.message.due_at.date() == riverside.today() + timedelta(days=5)
    assert "waits a week" in cause.message.waiting_because


def test_while_something_is_hard_for_them_it_waits_for_a_person(alice, okafor, report, riverside):
    friction.report(okafor, by=alice, trouble="Nobody answers", happened_on=riverside.today())
    cause, _ = report_thanks.thank_for(report, by=alice)
    assert (cause.message.state, cause.message.hold) == (MessageState.HELD, Hold.FRICTION)


def test_undo_takes_both_back_and_it_can_be_said_again(desk, report):
    thank(desk, report)
    undo(desk, report)
    report.refresh_from_db()
    assert (report.state, Message.objects.get().state) == ("received", MessageState.CANCELLED)
    thank(desk, report)
    assert sorted(Message.objects.values_list("state", flat=True)) == ["cancelled", "pending"]


def test_thanks_that_have_left_are_not_taken_back(desk, report, riverside):
    thank(desk, report)
    Message.objects.update(state=MessageState.SENT, sent_at=riverside.now())
    assert "The thanks have left already." in undo(desk, report).content.decode()
    report.refresh_from_db()
    assert report.state == "acknowledged"


def test_a_report_that_did_not_come_after_all_is_not_thanked_for(report, alice):
    report_thanks.thank_for(report, by=alice)
    report.refresh_from_db()
    take_report_back(report, by=alice)
    assert Message.objects.get().state == MessageState.CANCELLED


def test_what_has_not_come_or_is_ours_or_switched_off_is_refused(report, alice, okafor):
    Rule.objects.filter(kind=RuleKind.REPORT_THANKS).update(is_active=False)
    with pytest.raises(Refused, match="switched off"):
        report_thanks.thank_for(report, by=alice)
    Rule.objects.update(is_active=True)
    take_report_back(report, by=alice)
    with pytest.raises(Refused, match="not come yet"):
        report_thanks.thank_for(report, by=alice)
    assert not MessageCause.objects.exists()
