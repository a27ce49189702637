"""Consents that end while something still goes out: on Today, until somebody has renewed them."""

from datetime import timedelta

import pytest

from referralcrm.front.rail import numbers
from referralcrm.front.today import Today
from referrals.actions import add_clinician, consents
from referrals.models import Consent, Obligation
from tests import factories


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor", treating_provider=True)


@pytest.fixture
def referral(okafor, riverside):
    """A patient who is in care; nothing is promised yet."""
    return factories.referral(partner=okafor, patient=factories.patient("Kim Moreau"), journey="in_care")


def agreed(referral, by, *, days=5, to="other_side", scope=("report",), **fields):
    until = None if days is None else by.practice.today() + timedelta(days=days)
    return consents.give(referral, by=by, scope=list(scope), to=to, until=until, **fields)


def promised(referral, state="not_due", **fields):
    return Obligation.objects.create(referral=referral, side="us", state=state, **fields)


def told(person):
    """Who is named on Today, which the rail must count alike."""
    page = Today(person)
    assert page.total == numbers(person).today
    return [(consent.patient_name, consent.whom) for consent in page.consents.rows]


KIM = [("Kim Moreau", "Dr Adaeze Okafor")]


@pytest.mark.parametrize("days, stands", [(0, True), (14, True), (15, False), (None, False)])
def test_it_stands_there_for_its_last_fourteen_days(referral, alice, days, stands):
    promised(referral)
    agreed(referral, alice, days=days)
    assert told(alice) == (KIM if stands else [])


@pytest.mark.parametrize(
    "state, day, stands", [("due", "due_on", True), ("paused", "", True), ("sent", "sent_on", False)]
)
def test_only_while_a_report_is_still_to_come(referral, alice, riverside, state, day, stands):
    promised(referral, state, **({day: riverside.today()} if day else {}))
    agreed(referral, alice)
    assert told(alice) == (KIM if stands else [])


def test_or_while_whom_it_names_is_on_the_care_team(referral, alice):
    lind = factories.partner("Dr Lind")
    agreed(referral, alice, to="partner", partner=lind)
    agreed(referral, alice, to="care_team")
    assert told(alice) == []
    add_clinician(referral, by=alice, role="surgeon", partner=lind)
    assert sorted(told(alice)) == [
        ("Kim Moreau", "Dr Lind"),
        ("Kim Moreau", "all clinicians who treat the patient"),
    ]


@pytest.mark.parametrize(
    "renewal, stands",
    [
        ({"days": 400}, False),
        ({"days": None}, False),
        ({"days": 400, "to": "care_team"}, False),
        ({"days": 5}, True),  # as short as the first one: no longer
        ({"days": 400, "scope": ("story",)}, True),
        ({"days": 400, "to": "partner", "partner": "Dr Lind"}, True),
        ({"days": 400, "to": "partner", "partner": "okafor"}, False),
    ],
)
def test_a_longer_one_to_the_same_person_ends_it(referral, okafor, alice, renewal, stands):
    promised(referral)
    agreed(referral, alice)
    if who := renewal.get("partner"):
        renewal = renewal | {"partner": okafor if who == "okafor" else factories.partner(who)}
    agreed(referral, alice, **renewal)
    assert bool(told(alice)) is stands


def test_withdrawn_or_about_a_story_or_an_error_nobody_renews_it(referral, alice):
    promised(referral)
    story, withdrawn = agreed(referral, alice, scope=("story",)), agreed(referral, alice)
    consents.withdraw(withdrawn, by=alice)
    assert told(alice) == [] and story.is_current
    agreed(referral, alice)
    type(referral).objects.update(journey="entered_in_error")
    assert told(alice) == []


def test_it_is_its_clinicians_and_the_desks_when_it_is_nobodys(referral, alice, bob):
    promised(referral)
    agreed(referral, alice)
    assert told(bob) == told(alice) == KIM
    type(referral).objects.update(clinician=bob)
    assert (told(bob), told(alice)) == (KIM, [])


def test_the_row_leads_to_renewing_it_and_to_the_form(referral, alice, as_person):
    promised(referral)
    agreed(referral, alice, to="care_team")
    desk = as_person(alice)
    page = desk.get("/").content.decode()
    assert "Consents that end soon" in page and "ends in 5 days" in page
    address = f"/referrals/{referral.pk}/consent/?what=report&amp;to=care_team&amp;next=%2F"
    assert address in page and f"/referrals/{referral.pk}/consent/form/" in page
    asked = desk.get(address.replace("&amp;", "&"))
    form = asked.context["form"]
    assert form.initial["to"] == "care_team"
    typed = {name: form[name].value() for name in ("scope", "to", "given_how", "given_on", "until")}
    assert desk.post(address.replace("&amp;", "&"), typed)["Location"] == "/"
    assert told(alice) == [] and Consent.objects.count() == 2
    otto = as_person(factories.person("Otto Audit", role="auditor"))
    assert "Kim Moreau" not in otto.get("/").content.decode()
