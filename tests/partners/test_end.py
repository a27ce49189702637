"""Moved, retired, died, or the relationship ended: what stops, and how it is taken back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from outreach.models import Message, Rule
from outreach.states import Hold, MessageState, RuleKind
from partners import actions
from partners.models import Affiliation
from partners.signals import partner_ended, partner_resumed
from partners.states import Circle, Ending, Stage
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused


@pytest.fixture
def lind(riverside, alice):
    partner = actions.create(
        name="Dr Lind", stage=Stage.MET, email="lind@x.example", office="Northgate", by=alice
    )
    actions.affiliate(partner, office="Harbour", until=riverside.today() + timedelta(days=90), by=alice)
    return partner


def affiliations():
    return sorted(Affiliation.objects.values_list("organisation__name", "until"))


@pytest.mark.parametrize("ending", Ending)
def test_an_ending_ends_the_offices_and_is_told(riverside, lind, alice, ending):
    today = riverside.today()
    actions.end(lind, ending=ending, on=today, by=alice)
    lind.refresh_from_db()
    assert (lind.stage, lind.ending, lind.ended_on) == (Stage.ENDED, ending, today)
    assert affiliations() == [("Harbour", today), ("Northgate", today)]
    assert AuditEvent.objects.filter(verb__startswith="noted as", subjects=[str(lind.pk)]).count() == 1


def test_queued_mail_is_held_at_once(riverside, lind, alice):
    rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
    message = Message.objects.create(partner=lind, rule=rule, due_at=riverside.now())
    actions.end(lind, ending=Ending.RETIRED, on=riverside.today(), by=alice)
    message.refresh_from_db()
    assert (message.state, message.hold) == (MessageState.HELD, Hold.PARTNER_ENDED)


def test_taking_it_back_leaves_all_as_it_was(riverside, lind, alice):
    before = affiliations()
    actions.end(lind, ending=Ending.MOVED, on=riverside.today(), by=alice)
    actions.resume(lind, by=alice)
    lind.refresh_from_db()
    assert (lind.stage, lind.ending, lind.ended_on) == (Stage.MET, "", None)
    assert affiliations() == before


def test_who_comes_back_to_a_full_inner_circle_joins_the_network(riverside, lind, alice):
    riverside.inner_circle_size = 1
    riverside.save()
    actions.update(lind, version=lind.version, circle=Circle.INNER, by=alice)
    actions.end(lind, ending=Ending.MOVED, on=riverside.today(), by=alice)
    actions.create(name="Next", circle=Circle.INNER, by=alice)
    assert actions.resume(lind, by=alice).circle == Circle.NETWORK


def test_an_ending_is_not_noted_twice_nor_ahead_of_its_day(riverside, lind, alice):
    with pytest.raises(Refused, match="not come yet"):
        actions.end(lind, ending=Ending.MOVED, on=riverside.today() + timedelta(days=1), by=alice)
    actions.end(lind, ending=Ending.MOVED, on=riverside.today(), by=alice)
    with pytest.raises(Refused, match="already so: moved away"):
        actions.end(lind, ending=Ending.DIED, on=riverside.today(), by=alice)


def test_the_facts_are_told_once_each(riverside, lind, alice):
    told = []

    def ended(sender, partner, by, **kwargs):
        told.append(("ended", partner.pk, by))

    def resumed(sender, partner, by, **kwargs):
        told.append(("resumed", partner.pk, by))

    partner_ended.connect(ended)
    partner_resumed.connect(resumed)
    try:
        actions.end(lind, ending=Ending.MOVED, on=riverside.today(), by=alice)
        actions.resume(lind, by=alice)
        actions.resume(lind, by=alice)
    finally:
        partner_ended.disconnect(ended)
        partner_resumed.disconnect(resumed)
    assert told == [("ended", lind.pk, alice), ("resumed", lind.pk, alice)]


def test_the_button_asks_for_the_day_and_offers_to_take_it_back(riverside, lind, alice, as_person):
    client, address = as_person(alice), reverse("partners:end", args=[lind.pk])
    assert client.get(address, {"ending": "died"}).context["form"]["ending"].value() == "died"
    page = client.post(address, {"ending": "died", "on": riverside.today()}, follow=True).content.decode()
    assert "Dr Lind: died." in page
    assert reverse("partners:resume", args=[lind.pk]) in page


@pytest.mark.parametrize("on", ["2999-01-01", "1899-01-01", "\0", "", "yesterday"])
def test_a_day_that_cannot_be_is_explained(lind, alice, as_person, on):
    response = as_person(alice).post(reverse("partners:end", args=[lind.pk]), {"ending": "died", "on": on})
    assert response.status_code == 200
    assert response.context["form"].errors["on"]
