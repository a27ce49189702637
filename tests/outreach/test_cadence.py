"""The practice says how often it wants to be in touch."""

import pytest
from django.urls import reverse

from outreach.actions import cadences, week
from outreach.models import Cadence, Task
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Stale
from referralcrm.practice.scope import enter
from tests import factories

PAGE = reverse("outreach:cadences")
USUAL = {"inner": 30, "network": 60, "light": 90, "dormant": 180}


def sent(**changed):
    return {"version": cadences.intervals().version} | USUAL | changed


def days():
    return dict(Cadence.objects.values_list("circle", "days"))


def test_a_manager_changes_two_of_four(riverside, as_person, charlie):
    client = as_person(charlie)
    assert 'value="180"' in client.get(PAGE).content.decode()
    assert client.post(PAGE, sent(inner=21, dormant=365)).status_code == 302
    assert days() == USUAL | {"inner": 21, "dormant": 365}
    event = AuditEvent.objects.get(verb="changed", subject_type="cadence")
    assert (event.actor_name, sorted(event.changed), len(event.subjects)) == (
        "Charlie Clark",
        ["dormant", "inner"],
        2,
    )


def test_saving_what_stands_already_changes_and_records_nothing(riverside, as_person, charlie):
    as_person(charlie).post(PAGE, sent())
    assert not AuditEvent.objects.filter(subject_type="cadence").exists()
    assert set(Cadence.objects.values_list("version", flat=True)) == {1}


@pytest.mark.parametrize("number, said", [(6, "or equal to 7"), (731, "or equal to 730"), ("", "required")])
def test_what_is_no_interval_is_explained_and_kept(riverside, as_person, charlie, number, said):
    page = as_person(charlie).post(PAGE, sent(light=number, inner=44)).content.decode()
    assert said in page and 'value="44"' in page
    assert days() == USUAL


@pytest.mark.parametrize("number", [7, 730])
def test_a_week_and_two_years_are_intervals(riverside, as_person, charlie, number):
    as_person(charlie).post(PAGE, sent(network=number))
    assert days()["network"] == number


def test_the_second_of_two_managers_is_told_what_stands_now(riverside, as_person, charlie):
    client, mine = as_person(charlie), sent(light=120)
    client.post(PAGE, sent(inner=14))
    page = client.post(PAGE, mine).content.decode()
    assert "Somebody else saved this" in page and "It now says: 14" in page and 'value="120"' in page
    assert days() == USUAL | {"inner": 14}
    with pytest.raises(Stale):
        cadences.change(version=0, by=charlie, inner=15)


def test_the_next_list_goes_by_the_new_interval(riverside, alice, charlie):
    factories.partner("Dr Quiet", owner=alice, circle="inner", created_at=riverside.now().replace(year=2020))
    cadences.change(version=cadences.intervals().version, by=charlie, inner=45)
    week.run(riverside, week.period_of(riverside.today()))
    assert Task.objects.get().why.startswith("Inner circle, every 45 days;")


def test_another_practice_keeps_its_own(riverside, northgate, charlie):
    cadences.change(version=cadences.intervals().version, by=charlie, inner=45)
    with enter(northgate):
        assert days() == USUAL


def test_the_settings_lead_there_and_only_for_whoever_may_change_it(riverside, as_person, alice, charlie):
    assert PAGE in as_person(charlie).get(reverse("practice:settings")).content.decode()
    assert PAGE not in as_person(alice).get(reverse("practice:settings")).content.decode()
