"""Finding a partner by what is typed, and the type-ahead that shows them."""

import pytest
from django.urls import reverse

from partners.models import Partner
from partners.states import Stage
from referralcrm.practice.scope import enter
from tests import factories


def names(text):
    return [partner.name for partner in Partner.objects.matching(text)]


@pytest.fixture
def okafor(riverside):
    office = factories.organisation("Northgate Surgery")
    return factories.partner("Dr Adaeze Okafor", organisation=office, discipline=factories.discipline())


@pytest.mark.parametrize(
    "typed", ["okaf", "OKAFOR", "Dr Ok", "okafor adaeze", "Okafro", "Okaffor", "northg", "okafor northgate"]
)
def test_a_partner_is_found_by_the_beginning_of_a_word_or_nearly(okafor, typed):
    factories.partner("Lena Voss")
    assert names(typed) == ["Dr Adaeze Okafor"]


@pytest.mark.parametrize("typed, name", [("bergstrom", "Jo Bergström"), ("Bergström", "Jo Bergstrom")])
def test_accents_make_no_difference(riverside, typed, name):
    factories.partner(name)
    assert names(typed) == [name]


def test_an_accent_does_not_make_a_beginning_a_near_spelling(riverside):
    factories.partner("Jo Ström")
    assert Partner.objects.matching("strom").get().fit == 1


def test_near_spellings_come_only_when_fewer_than_ten_begin_like_it(okafor):
    for number in range(9):
        factories.partner(f"Okaforth {number}")
    assert "Dr Adaeze Okafor" in names("okaforth")
    factories.partner("Okaforth 9")
    assert len(names("okaforth")) == 10
    assert "Dr Adaeze Okafor" not in names("okaforth")


@pytest.mark.parametrize("title", ["Dr", "dr.", "Prof", "Ms", "Mx"])
def test_a_family_name_after_a_title_is_a_beginning(riverside, title):
    factories.partner("Okafor & Lind Dental", is_person=False)
    factories.partner("Jo Okafor")
    factories.partner(f"{title} Adaeze Okafor")
    assert set(names("okaf")[:2]) == {f"{title} Adaeze Okafor", "Okafor & Lind Dental"}


def test_with_a_title_and_without_those_who_fit_alike_stand_in_the_order_of_names(okafor):
    factories.partner("Okafor & Lind Dental", is_person=False)
    assert names("okaf") == ["Dr Adaeze Okafor", "Okafor & Lind Dental"]


def test_a_name_that_only_looks_like_a_title_is_none(riverside):
    factories.partner("Drew Okafor")
    assert Partner.objects.matching("okafor").get().fit == 1


def test_the_name_comes_before_the_office(okafor):
    factories.partner("Northgate Gym", is_person=False)
    assert names("northgate") == ["Northgate Gym", "Dr Adaeze Okafor"]


@pytest.mark.parametrize("typed", ["", "   ", "\0", "%", "_", "\\", "'", "x" * 5000, "👩🏽‍⚕️"])
def test_nothing_that_is_typed_breaks_the_search(okafor, typed):
    factories.partner("Lena Voss")
    assert len(names(typed)) in (0, 2)


def test_the_type_ahead_shows_ten_at_most_and_no_query_more_for_them(
    alice, as_person, django_assert_max_num_queries
):
    for number in range(12):
        factories.partner(f"Okafor {number}", discipline=factories.discipline())
    client = as_person(alice)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("partners:options"), {"q": "okaf"}).content.decode()
    assert page.count('role="option"') == 10


def test_an_option_carries_name_discipline_and_office(okafor, alice, as_person):
    page = as_person(alice).get(reverse("partners:options"), {"q": "okaf"}).content.decode()
    assert f'data-value="{okafor.pk}"' in page
    assert "<b>Dr Adaeze Okafor</b> · Family medicine, Northgate Surgery" in page


def test_the_type_ahead_leaves_out_who_ended_was_deleted_or_is_of_another_practice(
    okafor, alice, as_person, northgate, riverside
):
    factories.partner("Okafor Ended", stage=Stage.ENDED, ended_on=riverside.today())
    factories.partner("Okafor Deleted", deleted_at=riverside.now())
    with enter(northgate):
        factories.partner("Okafor Theirs")
    page = as_person(alice).get(reverse("partners:options"), {"q": "okafor"}).content.decode()
    assert page.count('role="option"') == 1
