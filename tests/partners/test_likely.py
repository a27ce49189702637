"""Who may be here twice: found with reasons, dismissed for good, without comparing all with all."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from partners.actions import likely
from partners.models import DuplicateSearch, LikelyPair, MergedRow, Organisation, Partner
from referralcrm.core.signals import minute_passed
from referralcrm.practice.scope import enter
from tests import factories
from tests.partners.merging import merge

SURGERY = {"email": "desk@north.example", "phone": "+44 20 7946 0011", "postcode": "N1 1AA"}


def found(kind="partner"):
    likely.search()
    model = Partner if kind == "partner" else Organisation
    names = dict(model.objects.values_list("pk", "name"))
    return {
        (frozenset([names[pair.first], names[pair.second]]), tuple(pair.reasons))
        for pair in LikelyPair.objects.waiting(kind)
    }


@pytest.mark.parametrize(
    "first, second, reasons",
    [
        ({"name": "Dr Adaeze Okafor"}, {"name": "OKAFOR, Adaeze"}, ("name",)),
        ({"name": "Dr Zoë Müller"}, {"name": "zoe muller"}, ("name",)),
        (
            {"name": "Adaeze Okafor", "phone": "+44 1"},
            {"name": "A. Okafor", "phone": "+44 1"},
            ("initial", "phone"),
        ),
        (
            {"name": "Ann Lee", "identifier": "1234567893"},
            {"name": "Ann Cole", "identifier": "1234567893"},
            ("identifier",),
        ),
        ({"name": "Katherine Lindqvist"}, {"name": "Katharine Lindqvist"}, ("alike",)),
        (
            {"name": "Jon Reeds", "email": "J@x.example"},
            {"name": "Jon Reed", "email": "j@X.example"},
            ("alike", "email"),
        ),
        (
            {"name": "Tom Ash", "postcode": "N1 1AA"},
            {"name": "Tom Ashe", "postcode": "n11aa"},
            ("alike", "postcode"),
        ),
    ],
)
def test_a_pair_is_found_with_its_reasons(riverside, first, second, reasons):
    for fields in (first, second):
        factories.partner(**{"email": ""} | fields)
    assert found() == {(frozenset([first["name"], second["name"]]), reasons)}


@pytest.mark.parametrize(
    "first, second",
    [
        ({"name": "Ann Lee"} | SURGERY, {"name": "Tom Ash"} | SURGERY),
        ({"name": "Adaeze Okafor"}, {"name": "A. Okafor"}),
        ({"name": "Ann Lee", "identifier": "1234567893"}, {"name": "Ann Lee", "identifier": "1245319599"}),
        ({"name": "Dr"}, {"name": "Prof."}),
        (
            {"name": "T. Kestrelton", "postcode": "N1 1AA"},
            {"name": "Eilidh Kestrelton", "postcode": "N1 1AA"},
        ),
        (
            {"name": "Maria Garcia", "email": "maria@x.example", "phone": "+44 1"},
            {"name": "Mario Garcia", "email": "mario@x.example", "phone": "+44 2"},
        ),
    ],
    ids=[
        "colleagues at one desk",
        "an initial alone",
        "two provider numbers",
        "titles alone",
        "another initial",
        "one letter",
    ],
)
def test_two_people_are_left_alone(riverside, first, second):
    for fields in (first, second):
        factories.partner(**{"email": ""} | fields)
    assert found() == set()


def test_organisations_are_looked_through_as_well(riverside):
    for name in ("Northgate Surgery", "The Northgate surgery Ltd"):
        factories.organisation(name)
    assert found("organisation") == {
        (frozenset(["Northgate Surgery", "The Northgate surgery Ltd"]), ("name",))
    }


def test_what_was_dismissed_is_remembered_and_can_be_asked_again(riverside, alice, as_person):
    for _ in range(2):
        factories.partner("Dr Adaeze Okafor")
    likely.search()
    pair, browser = LikelyPair.objects.get(), as_person(alice)
    assert "1 likely duplicate" in browser.get(reverse("partners:list")).content.decode()
    browser.post(reverse("partners:dismiss_pair", args=[pair.pk]))
    assert found() == set()
    assert (
        "Nobody seems to be here twice" in browser.get(reverse("partners:likely_duplicates")).content.decode()
    )
    browser.post(reverse("partners:ask_again", args=[pair.pk]))
    assert len(found()) == 1


def test_a_pair_that_was_merged_or_is_no_longer_alike_is_gone(riverside, alice):
    one, two, three = (factories.partner("Dr Adaeze Okafor") for _ in range(3))
    assert LikelyPair.objects.count() == 0 and found() and LikelyPair.objects.count() == 3
    Partner.objects.filter(pk=three.pk).update(name="Tom Ash")
    found()
    assert LikelyPair.objects.count() == 1
    merge(one, two, by=alice)
    assert not LikelyPair.objects.waiting("partner").exists()


def test_a_block_of_very_many_is_not_compared(riverside):
    office = factories.organisation()
    Partner.objects.bulk_create(
        Partner(name=f"Person{number} Number{number}", organisation=office, **SURGERY)
        for number in range(400)
    )
    assert found() == set()


def test_another_practice_is_not_looked_through(riverside, northgate):
    with enter(northgate):
        factories.partner("Dr Adaeze Okafor")
    factories.partner("Dr Adaeze Okafor")
    assert found() == set()


@pytest.mark.parametrize(
    "searched, now, added, is_due",
    [
        (None, "04:00", False, True),
        ("02:59", "03:00", False, True),
        ("03:01", "23:00", False, False),
        ("10:00", "10:10", True, False),
        ("10:00", "10:20", True, True),
        ("10:00", "10:20", False, False),
    ],
)
def test_it_looks_each_night_and_soon_after_somebody_was_added(riverside, searched, now, added, is_due):
    def at(clock):
        return datetime.fromisoformat(f"2026-03-04T{clock}").replace(tzinfo=UTC)

    with time_machine.travel(at(now), tick=False):
        if searched:
            DuplicateSearch.objects.create(searched_at=at(searched))
        factories.partner(created_at=at(now) - timedelta(minutes=1 if added else 6000))
        assert likely.due(timezone.now()).exists() == is_due


def test_the_minute_wakes_the_search_and_the_search_runs(northgate, monkeypatch):
    woken = []
    monkeypatch.setattr("partners.receivers.nudge", lambda name, key: woken.append((name, key)))
    with enter(northgate):
        for _ in range(2):
            factories.partner("Dr Adaeze Okafor")
    minute_passed.send(None, practice=northgate)
    assert woken == [("partners.find_duplicates", northgate.pk)]


@pytest.mark.django_db(transaction=False)
def test_journals_are_dropped_when_nothing_can_be_taken_apart(riverside, alice):
    done = merge(factories.partner(), factories.partner(), by=alice)
    likely.search()
    assert MergedRow.objects.exists()
    type(done).objects.update(at=timezone.now() - timedelta(days=32))
    likely.search()
    assert not MergedRow.objects.exists()
