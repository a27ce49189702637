"""The one box: partners and organisations by nearly their name, a patient by the two exact keys."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from referralcrm.audit.models import AuditEvent
from referralcrm.front.search import named_and_born
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories
from tests.partners.merging import merge

SEARCH = reverse("front:search")


@pytest.fixture
def find(alice, as_person):
    client = as_person(alice)
    return lambda q: client.post(SEARCH, {"q": q})


def test_partners_and_organisations_are_found_by_nearly_their_name(find):
    office = factories.organisation("Harbour Walk-in")
    factories.partner("Jo Bergström", organisation=office)
    assert "Jo Bergström" in find("bergstrm").content.decode()
    page = find("harbour").content.decode()
    assert "Jo Bergström" in page
    assert reverse("partners:organisation", args=[office.pk]) in page


@pytest.mark.parametrize(
    "typed", ["R20417", "Moreau 1971-03-08", "moreau 8.3.1971", "Kim Moreau, 08/03/1971"]
)
def test_a_patient_is_found_by_record_number_or_family_name_with_birth_date(find, typed):
    referral = factories.referral(patient=factories.patient("Kim Moreau", record="R20417"))
    page = find(typed).content.decode()
    assert "Kim Moreau" in page
    assert reverse("referrals:detail", args=[referral.pk]) in page
    assert AuditEvent.objects.filter(verb="read", subjects=[str(referral.patient_id)]).exists()


@pytest.mark.parametrize(
    "typed", ["Kim Moreau", "Moreau", "Moreau 1971-03-09", "Moreau 1971-02-30", "R2041", "1971-03-08"]
)
def test_a_patient_is_not_found_by_less(find, typed):
    factories.patient("Kim Moreau", record="R20417")
    page = find(typed).content.decode()
    assert "by record number, or by family name with date of birth" in page
    assert "<small>patient</small>" not in page


def test_another_practice_s_patient_is_not_found(find, northgate):
    with enter(northgate):
        factories.patient("Kim Moreau", record="R20417")
    assert "Nobody was found" in find("R20417").content.decode()


def test_who_may_not_see_patients_reads_the_record_number(as_person, riverside):
    factories.patient("Kim Moreau", record="R20417")
    auditor = factories.person("Ada Auditor", role=Role.AUDITOR)
    page = as_person(auditor).post(SEARCH, {"q": "Moreau 1971-03-08"}).content.decode()
    assert "record R20417" in page
    assert "Kim Moreau" not in page


@pytest.mark.parametrize(
    "typed", ["", "\0", "%", "'; --", "<script>", "x" * 100_000, "8/8/8888", "👩🏽‍⚕️", "99999-99-99"]
)
def test_nothing_that_is_typed_breaks_it(find, typed):
    assert find(typed).status_code == 200


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("Moreau 1971-03-08", ("Moreau", date(1971, 3, 8))),
        ("Moreau,8.3.1971", ("Moreau", date(1971, 3, 8))),
        ("O'Brien 8/3/1971 ", ("O'Brien", date(1971, 3, 8))),
        ("Moreau", None),
        ("1971-03-08", None),
        ("Moreau 1971-13-08", None),
    ],
)
def test_a_name_with_a_birth_date_is_recognised(typed, meant):
    assert named_and_born(typed) == meant


def test_more_hits_need_no_more_queries(find):
    def count(q):
        with CaptureQueriesContext(connection) as queries:
            find(q)
        return len(queries)

    find("Ann")
    patient = factories.patient("Kim Moreau", record="Ann")
    for number in range(3):
        factories.partner(f"Ann {number}", organisation=factories.organisation(f"Ann {number}"))
        factories.referral(patient=patient)
    few = count("Ann")
    for number in range(30):
        factories.partner(f"Ann {number}", organisation=factories.organisation(f"Ann {number}"))
        factories.referral(patient=patient)
    assert count("Ann") == few <= 12


def test_an_old_name_and_an_old_e_mail_find_the_one_that_stays(find, alice):
    stays = factories.partner("Dr Adaeze Okafor", email="okafor@north.example")
    goes = factories.partner("Ada Bergström", email="ada@south.example")
    merge(stays, goes, by=alice)
    for typed in ("bergstrom", "ADA@south.example"):
        page = find(typed).content.decode()
        assert "Ada Bergström: now" in page
        assert reverse("partners:detail", args=[stays.pk]) in page
    assert "Dr Adaeze Okafor" in find("okafor@north.example").content.decode()


def test_the_type_ahead_offers_the_one_that_stays_by_its_old_name(alice, as_person):
    stays, goes = factories.partner("Dr Adaeze Okafor"), factories.partner("Ada Bergström")
    merge(stays, goes, by=alice)
    page = as_person(alice).get(reverse("partners:options"), {"q": "bergs"}).content.decode()
    assert f'data-value="{stays.pk}" data-label="Dr Adaeze Okafor"' in page
    assert "was also Ada Bergström" in page
