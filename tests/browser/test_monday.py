"""Monday's list is worked through at the desk: called, put off, skipped, and logged by a key."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from outreach.actions import touchpoints, week
from outreach.models import Task
from outreach.states import TaskState, TouchpointKind
from partners.states import Circle
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from tests import factories

LONG_AGO = datetime(2025, 1, 6, tzinfo=UTC)
FRIENDS = {
    "Dr Ash": 40,
    "Dr Birch": 50,
    "Dr Cedar": 60,
    "Dr Dale": 70,
    "Dr Elm": 80,
}  # days without a contact


@pytest.fixture(scope="module")
def monday(clinic):
    """Alice looks after five people of the inner circle, all silent for longer than its 30 days."""
    with enter(clinic):
        today = clinic.today()
        for name, days in FRIENDS.items():
            partner = factories.partner(name, owner=clinic.alice, circle=Circle.INNER, created_at=LONG_AGO)
            touchpoints.log(
                partners=[partner],
                kind=TouchpointKind.CALL,
                happened_on=today - timedelta(days=days),
                by=clinic.alice,
            )
    week.run(Practice.objects.get(pk=clinic.pk), week.period_of(today))
    return clinic


@pytest.fixture
def desk(visit, monday):
    """Alice's Today, and what stands beside the title of the week's list."""
    visitor = visit(monday.alice)
    visitor.go("/")
    visitor.list = visitor.page.locator("section.panel").filter(
        has_text="People to keep in touch with this week"
    )
    return visitor


def row(desk, name):
    return desk.list.locator("li.item").filter(has_text=name)


def expect_done(desk, words, *, left):
    """The count beside the title and the rows that are left."""
    expect(desk.list.locator("header small")).to_have_text(words)
    expect(desk.list.locator("li.item")).to_have_count(left)


def states(clinic):
    with enter(clinic):
        return {task.partner.name: task for task in Task.objects.select_related("partner", "touchpoint")}


def test_mondays_list_is_worked_through(desk, monday):
    page = desk.page
    expect_done(desk, "0 of 5 done", left=5)
    for name, days in FRIENDS.items():
        reason = f"Inner circle, every 30 days; last in touch {days} days ago, by phone."
        expect(row(desk, name)).to_contain_text(reason)
    desk.check_every_look("monday-list")

    page.get_by_role("button", name="Called Dr Ash").click()
    expect(page.locator(".toasts")).to_contain_text("Called Dr Ash.")
    expect_done(desk, "1 of 5 done", left=4)
    page.locator(".toasts").get_by_role("button", name="Undo").click()
    expect_done(desk, "0 of 5 done", left=5)
    page.get_by_role("button", name="Called Dr Ash").click()
    expect_done(desk, "1 of 5 done", left=4)

    row(desk, "Dr Birch").get_by_text("Skip", exact=True).click()
    page.get_by_label("Reason").locator("visible=true").fill("Met at the school gate; no call now")
    desk.check_every_look("monday-skip")
    page.get_by_role("button", name="Skip it").locator("visible=true").click()
    expect_done(desk, "2 of 5 done", left=3)

    page.get_by_role("button", name="Snooze for a week: Keep in touch with Dr Cedar").click()
    expect(page.locator(".toasts")).to_contain_text("Hidden until")
    expect_done(desk, "2 of 4 done", left=2)

    page.locator("body").press("c")
    page.wait_for_url("**/outreach/contacts/new/**")
    page.get_by_role("combobox", name="With whom").press_sequentially("dale")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("Dr Dale")
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Dr Dale")).to_be_checked()
    page.get_by_role("textbox", name="Note").fill("Asked about the shoulder clinic")
    desk.check_every_look("monday-contact")
    page.keyboard.press("Control+s")
    expect(page.locator(".toasts")).to_contain_text("Call with Dr Dale is written down.")
    expect_done(desk, "3 of 4 done", left=1)
    desk.check_every_look("monday-almost")

    page.get_by_role("button", name="Wrote to Dr Elm").click()
    expect(desk.list).to_contain_text("Everybody on this week’s list has been taken care of.")
    expect(desk.list.locator("header small")).to_have_text("4 of 4 done")
    desk.check_every_look("monday-done")
    check_rows(monday)


def check_rows(clinic):
    """What the clicks left in the database."""
    tasks = states(clinic)
    assert {name: task.state for name, task in tasks.items()} == {
        "Dr Ash": TaskState.COMPLETED,
        "Dr Birch": TaskState.REJECTED,
        "Dr Cedar": TaskState.REQUESTED,
        "Dr Dale": TaskState.COMPLETED,
        "Dr Elm": TaskState.COMPLETED,
    }
    assert tasks["Dr Birch"].skipped_because == "Met at the school gate; no call now"
    assert tasks["Dr Cedar"].snoozed_until == clinic.today() + timedelta(days=7)
    contacts = {name: task.touchpoint and task.touchpoint.kind for name, task in tasks.items()}
    assert (contacts["Dr Ash"], contacts["Dr Dale"], contacts["Dr Elm"]) == ("call", "call", "message")
    assert tasks["Dr Dale"].touchpoint.note == "Asked about the shoulder clinic"
