"""What the log form says will happen is what then happens."""

import pytest
import time_machine
from django.urls import reverse

from outreach.models import Message, Rule
from outreach.states import Approval, RuleKind
from referrals.actions import receive
from tests import factories


@pytest.fixture(autouse=True)
def on_a_tuesday():
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
        yield


@pytest.fixture
def says(alice, as_person):
    desk = as_person(alice)

    def ask(**typed):
        response = desk.post(reverse("front:what_next"), {"direction": "received"} | typed)
        return [(thing.when, thing.what) for thing in response.context["coming"]]

    return ask


AFTER = ("after the first visit", "Report due within 7 days")


def test_a_note_that_leaves_by_itself_is_told_with_its_hour(says, alice):
    partner = factories.partner()
    assert says(partner=partner.pk) == [("today 17:00", "Thank-you e-mail"), AFTER]
    receive(by=alice, patient=factories.patient(), partner=partner, happened_on=alice.practice.today())
    assert str(Message.objects.get().due_at) == "2026-11-24 17:00:00+00:00"
    assert says(partner=partner.pk)[0][1] == "It joins the thank-you e-mail that waits already"


def test_a_note_that_waits_for_approval_says_so(says):
    Rule.objects.filter(kind=RuleKind.THANK_YOU).update(approval=Approval.DRAFT)
    (thanks, _) = says(partner=factories.partner().pk)
    assert thanks[1] == "Thank-you e-mail: waiting for approval"


def test_what_joins_a_note_that_leaves_by_itself_leaves_with_it(says, alice):
    partner = factories.partner()
    receive(by=alice, patient=factories.patient(), partner=partner, happened_on=alice.practice.today())
    Rule.objects.filter(kind=RuleKind.THANK_YOU).update(approval=Approval.DRAFT)
    assert says(partner=partner.pk)[0] == ("today 17:00", "It joins the thank-you e-mail that waits already")


def test_thanks_by_hand_and_none_at_all(says):
    by_hand = factories.partner("Dr Card", preferred_channel="card")
    assert says(partner=by_hand.pk)[0] == ("by Thu 26 Nov", "A task to thank them by hand")
    Rule.objects.filter(kind=RuleKind.THANK_YOU).update(is_active=False)
    assert says(partner=by_hand.pk) == [AFTER]


def test_the_next_visit_gives_the_report_a_latest_day(says):
    lines = says(partner=factories.partner().pk, next_visit_on="2026-12-10")
    assert lines[-1][0] == "Wed 9 Dec"


def test_sent_and_unknown_and_nothing_yet(says):
    partner = factories.partner()
    assert says(direction="sent", partner=partner.pk) == [
        ("after the first visit", "Their report is expected within 7 days")
    ]
    assert says(partner="unknown") == [("Wed 25 Nov", "A task to ask who recommended us")]
    assert says() == says(partner="new") == says(partner="\0", happened_on="9999-99-99", direction="x") == []
