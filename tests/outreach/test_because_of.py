"""What led to a referral: told by people, never counted."""

import pytest

from outreach.actions.origins import tell_origin
from outreach.models import Origin, Touchpoint
from partners.actions.merges.partners import merge_partners
from referralcrm.core.refused import Stale
from tests import factories


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor")


@pytest.fixture
def made(okafor):
    return factories.referral(partner=okafor)


@pytest.fixture
def lunch(okafor, riverside):
    return Touchpoint.objects.create(partner=okafor, kind="lunch", happened_on=riverside.today())


def address(referral):
    return f"/outreach/because-of/{referral.pk}/"


def test_a_contact_an_introduction_or_an_event_is_told_and_shown(made, lunch, alice, as_person):
    desk = as_person(alice)
    lind = factories.partner("Dr Peter Lind")
    shown = []
    for version, said in enumerate(
        [
            {"contact": lunch.pk},
            {"introduced": "Dr Peter Lind", "introduced_id": lind.pk},
            {"event": "the open day"},
        ]
    ):
        response = desk.post(address(made), {"version": version, **said})
        assert response["Location"] == made.get_absolute_url()
        shown.append(desk.get(made.get_absolute_url()).content.decode())
    assert "Lunch, " in shown[0] and "introduced by" in shown[1] and "the open day" in shown[2]
    assert Origin.objects.get().kind == "event"


def test_saying_nothing_takes_it_back(made, alice, as_person):
    tell_origin(made, version=0, by=alice, event="the open day")
    as_person(alice).post(address(made), {"version": 1})
    assert not Origin.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"event": "a talk", "introduced": "Dr Adaeze Okafor"},
        {"introduced": "Nobody We Know"},
        {"contact": "00000000-0000-0000-0000-000000000000"},
    ],
)
def test_two_answers_and_unknown_ones_are_refused_beside_the_field_and_the_typing_is_kept(
    said, made, okafor, alice, as_person
):
    page = as_person(alice).post(address(made), {"version": 0, **said})
    assert page.status_code == 200 and page.context["form"].errors
    assert not Origin.objects.exists()
    assert all(text in page.content.decode() for text in said.values() if "0000" not in text)


def test_a_contact_with_somebody_else_is_not_offered(made, alice, as_person, riverside):
    other = Touchpoint.objects.create(partner=factories.partner("Dr Lind"), happened_on=riverside.today())
    assert as_person(alice).post(address(made), {"version": 0, "contact": other.pk}).context["form"].errors


def test_the_second_of_two_who_tell_it_at_once_is_told(made, alice, bob):
    tell_origin(made, version=0, by=alice, event="the open day")
    with pytest.raises(Stale):
        tell_origin(made, version=0, by=bob, event="a talk")


def test_who_introduced_us_follows_a_merge(made, alice):
    lind, double = factories.partner("Dr Peter Lind"), factories.partner("Dr P Lind")
    tell_origin(made, version=0, by=alice, introduced_by=double)
    merge_partners(lind, double, choices={}, versions=(1, 1), by=alice)
    assert Origin.objects.get().introduced_by == lind


def test_events_stand_first_and_are_named(made, okafor, lunch, alice, as_person, riverside):
    talk = {"kind": "event", "note": "Our evening on tendons, in the library"}
    for told in (talk, {"kind": "call", "note": "About a bill"}):
        Touchpoint.objects.create(partner=okafor, happened_on=riverside.today(), **told)
    page = as_person(alice).get(address(made)).content.decode()
    events, others = page.split('<optgroup label="Other contacts">')
    assert '<optgroup label="Events">' in events and "Lunch, " in events
    assert "Our evening on tendons, in the library" in events
    assert "Call, " in others and "About a bill" not in page
