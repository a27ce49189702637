"""The list of partners: filters, search, sort, pages, and no query more for more rows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outreach.models import Touchpoint
from partners.states import Circle, Kind, Stage
from referralcrm.practice.models import Plan
from tests import factories

LIST = reverse("partners:list")


@pytest.fixture
def look(alice, as_person):
    client = as_person(alice)

    def names(**query):
        return [partner.name for partner in client.get(LIST, query).context["page"]]

    return names


def test_an_empty_list_says_what_to_do_next(alice, as_person):
    page = as_person(alice).get(LIST).content.decode()
    assert "No partners yet" in page
    assert reverse("partners:create") in page


def test_filters_that_fit_nobody_offer_everybody(look, alice, as_person):
    factories.partner()
    assert "Nobody fits these filters" in as_person(alice).get(LIST, {"area": "Moon"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"q": "adaeze"},
        {"kind": Kind.PEER},
        {"stage": Stage.MET},
        {"circle": Circle.INNER},
        {"area": "cote"},
        {"tag": "spine"},
    ],
)
def test_each_filter_leaves_only_who_fits(look, query):
    factories.partner("Lena Voss")
    fits = {"kind": Kind.PEER, "stage": Stage.MET, "circle": Circle.INNER, "area": "Côte", "tags": ["Spine"]}
    factories.partner("Dr Adaeze Okafor", **fits)
    assert look(**query) == ["Dr Adaeze Okafor"]


def test_discipline_owner_and_insurer_filter_by_their_rows(look, bob):
    plan = Plan.objects.create(name="Blue")
    factories.partner("Lena Voss")
    okafor = factories.partner(discipline=factories.discipline(), owner=bob)
    okafor.plans.add(plan, through_defaults={})
    for query in ({"discipline": okafor.discipline_id}, {"owner": bob.pk}, {"plan": plan.pk}):
        assert look(**query) == [okafor.name]


def test_who_ended_is_left_out_unless_asked_for(look, riverside):
    factories.partner("Ann")
    factories.partner("Ben", stage=Stage.ENDED, ended_on=riverside.today())
    factories.partner("Deleted", deleted_at=riverside.now())
    assert (look(), look(ended="also"), look(ended="only")) == (["Ann"], ["Ann", "Ben"], ["Ben"])


def test_sorting_by_contact_puts_who_was_never_met_first(look, riverside):
    for name, days in [("Ann", 3), ("Ben", 30), ("Cal", None)]:
        partner = factories.partner(name)
        if days:
            day = riverside.today() - timedelta(days=days)
            Touchpoint.objects.create(partner=partner, happened_on=day)
    assert look(sort="contact") == ["Cal", "Ben", "Ann"]
    assert look(sort="-contact") == ["Ann", "Ben", "Cal"]
    assert look(sort="-name") == ["Cal", "Ben", "Ann"]


def test_a_sort_or_page_that_does_not_exist_shows_the_list(look):
    factories.partner("Ann")
    assert look(sort="balance", page="\0") == look(page="999") == ["Ann"]
    assert look(q="\0", discipline="x", kind="\0", owner="\0", tag="\0") == ["Ann"]


def test_pages_hold_25_in_a_stable_order(look):
    for _ in range(30):
        factories.partner("Ann")
    assert (len(look()), len(look(page=2))) == (25, 5)


def test_counts_are_of_this_year_and_of_what_statistics_count(alice, as_person, riverside):
    today = riverside.today()
    okafor = factories.partner()
    factories.referral(partner=okafor)
    factories.referral(partner=okafor, journey="entered_in_error")
    factories.referral(partner=okafor, happened_on=today.replace(year=today.year - 1))
    factories.referral(partner=okafor, direction="sent")
    row = as_person(alice).get(LIST).context["page"][0]
    assert (row.received, row.sent) == (1, 1)


def test_more_rows_need_no_more_queries(alice, as_person):
    client = as_person(alice)

    def count(query):
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST, query)
        return len(queries)

    def add(number):
        for index in range(number):
            office = factories.organisation(f"Office {index}")
            factories.partner(f"Ann {index}", organisation=office, owner=alice)

    client.get(LIST)  # the first page of a session writes the idle clock
    add(3)
    few = count({}), count({"q": "ann"})
    add(27)
    assert (count({}), count({"q": "ann"})) == few
    assert max(few) <= 12
