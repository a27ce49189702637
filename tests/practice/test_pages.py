"""A page of a long list: found by its keys, read alone."""

import re
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from referralcrm.practice.pages import Pages
from referralcrm.practice.scope import enter
from referrals.models import Referral
from tests import factories


@pytest.fixture
def log(riverside):
    """Seven referrals of seven days, the newest first."""
    partner, patient = factories.partner(), factories.patient()
    today = riverside.today()
    return [
        factories.referral(partner=partner, patient=patient, happened_on=today - timedelta(days=age))
        for age in range(7)
    ]


def newest(rows):
    return rows.order_by("-happened_on", "-id")


def pages(**options):
    options = {"sort": newest, "read": lambda few: few.select_related("partner")} | options
    return Pages(Referral.objects.kept(), 3, **options)


@pytest.mark.parametrize(
    "asked, shown",
    [
        (None, range(3)),
        ("1", range(3)),
        ("2", range(3, 6)),
        ("3", [6]),
        ("99", [6]),
        ("0", [6]),
        ("-1", [6]),
        ("two", range(3)),
        ("9" * 30, [6]),
    ],
)
def test_a_page_holds_its_rows_in_their_order(log, asked, shown):
    page = pages().get_page(asked)
    assert list(page) == [log[index] for index in shown]
    assert (page.paginator.count, page.paginator.num_pages) == (7, 3)


def test_an_empty_list_has_one_empty_page(riverside):
    page = pages().get_page("4")
    assert (list(page), page.paginator.count, page.number) == ([], 0, 1)


def test_a_page_takes_two_queries_whatever_it_names(log):
    with CaptureQueriesContext(connection) as queries:
        assert [row.partner.name for row in pages().get_page("2")]
    assert len(queries) == 2


def test_a_row_that_goes_between_the_two_is_left_out(log):
    def read(few):
        Referral.objects.filter(pk=log[1].pk).delete()
        return few

    assert list(pages(read=read).get_page("1")) == [log[0], log[2]]


def test_the_log_is_counted_and_paged_without_a_look_at_its_rows(committed):
    with enter(factories.practice()) as practice, connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")  # or VACUUM cannot know yet that all may see them
        days = [practice.today() - timedelta(days=age // 9) for age in range(3000)]
        one = {"partner": factories.partner(), "patient": factories.patient(), "journey": "requested"}
        Referral.objects.bulk_create(Referral(**one, direction="received", happened_on=day) for day in days)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) referrals_referral")
    with enter(practice), connection.cursor() as cursor:
        with CaptureQueriesContext(connection) as queries:
            pages().get_page("2")
        cursor.execute("SET LOCAL enable_seqscan = off")  # reading all of so short a log would be cheaper
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    read = re.findall(r"(\w+ (?:\w+ )?Scan)(?: using \w+)? on referrals_referral", plan)
    assert read == ["Index Only Scan"] * 2 and "Sort" not in plan, plan
