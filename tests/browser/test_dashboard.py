"""The manager reads the dashboard, opens the rows behind its numbers, and acts on what needs attention."""

from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from outreach.models import Task
from referralcrm.demo.cast import PASSWORD
from referralcrm.practice.models import Practice, User
from referralcrm.practice.scope import enter
from tests.browser.conftest import Visitor

A_PAGE = 25


@pytest.fixture(scope="module")
def demo(committed_module):
    """The demo practice on a running web server."""
    call_command("demo", "--if-empty")
    practice = Practice.objects.get()
    with committed_module.web() as address:
        practice.address = address
        yield practice


@pytest.fixture
def manager(chromium, demo):
    visitor = Visitor(chromium, demo.address)
    visitor.sign_in(User.objects.get(email="manager@riverside.example"), PASSWORD)
    yield visitor
    visitor.context.close()


def numbers_in(panel):
    """(address, the number shown) of each number that is a link."""
    links = panel.locator("a").evaluate_all("links => links.map(a => [a.href, a.textContent.trim()])")
    return {url: int(text) for url, text in links if text.isdecimal()}


def rows_behind(visitor, url):
    """How many rows the page behind a number lists, counted by going through all of its pages."""
    visitor.page.goto(url)
    count = visitor.page.locator("main tbody tr").count()
    while visitor.page.locator("a[rel=next]").count():
        visitor.page.locator("a[rel=next]").click()
        visitor.page.wait_for_load_state()
        count += visitor.page.locator("main tbody tr").count()
    return count


def assert_numbers_open_their_rows(visitor, numbers, *, most=6 * A_PAGE):
    """Each number up to ``most`` is the count of the rows it opens; returns how many were compared."""
    small = {url: n for url, n in numbers.items() if n <= most}
    told = {urlsplit(url).path: (n, rows_behind(visitor, url)) for url, n in small.items()}
    assert {path: pair for path, pair in told.items() if pair[0] != pair[1]} == {}
    return sum(n > 0 for n in small.values())


SECTIONS = {
    "Gone quiet": 1,
    "Frequent partners": 1,
    "Promises": 6,
    "Half of what we receive": 3,
    "Where our attention goes": 4,
}


@pytest.mark.parametrize("title", SECTIONS)
def test_the_numbers_of_a_section_open_exactly_their_rows(manager, title):
    page = manager.page
    page.goto("/dashboard/?months=3")
    panel = page.locator("section.panel").filter(has=page.get_by_role("heading", name=title, exact=True))
    assert assert_numbers_open_their_rows(manager, numbers_in(panel)) >= SECTIONS[title]


def test_the_tiles_open_exactly_their_rows(manager):
    manager.page.goto("/dashboard/?months=3")
    tiles = manager.page.get_by_label("In numbers")
    assert assert_numbers_open_their_rows(manager, numbers_in(tiles)) >= 5


def test_a_month_of_the_table_behind_the_chart_opens_its_rows(manager):
    page = manager.page
    page.goto("/dashboard/")
    page.get_by_text("Show as a table").click()
    manager.check()
    month = page.locator("details.more tbody tr").nth(1)
    assert assert_numbers_open_their_rows(manager, numbers_in(month)) == 2


def test_a_planned_call_is_a_task_and_its_row_leaves(manager, demo):
    page = manager.go("/dashboard/")
    item = page.locator(".item").filter(has=page.get_by_role("button", name="Plan a call")).first
    name = item.locator("a b").first.inner_text()
    item.get_by_role("button", name="Plan a call").click()
    expect(page.locator(".toasts")).to_contain_text("Added:")
    assert urlsplit(page.url).path == "/dashboard/"
    attention = page.locator("section.panel").filter(has=page.get_by_role("heading", name="Needs attention"))
    expect(attention.get_by_role("link", name=name, exact=True)).to_have_count(0)
    manager.check_every_look("dashboard-planned")
    with enter(demo):
        assert Task.objects.open().filter(partner__name=name, title__icontains="call").count() == 1
