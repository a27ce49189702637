from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from outreach.models import Task, Touchpoint
from outreach.states import MessageState, TaskKind, TouchpointKind
from partners.states import Kind
from referralcrm.dashboards.page import Page
from referralcrm.dashboards.periods import Period
from referralcrm.dashboards.rows import Rows
from referralcrm.dashboards.statistics import Fall
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.states import Role
from referrals.models import Obligation
from referrals.states import Loop, Side
from tests import factories

TODAY = date(2026, 11, 21)
COOLING = [date(2026, 7, 3), date(2026, 7, 6), date(2025, 11, 9), date(2025, 11, 20), date(2025, 12, 9)]
COOLING += [date(2025, 12, 20), *[date(2026, month, day) for month in range(1, 7) for day in (9, 20)]]


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Europe/London")), tick=False):
        yield


@pytest.fixture
def page(riverside, charlie):
    """``page()`` is Charlie's dashboard as it stands now."""
    return lambda: Page(Rows(Calendar(riverside), Period.ending(riverside.today(), 12)), me=charlie)


def refers(partner, days, direction="received"):
    for on in days:
        factories.referral(partner=partner, direction=direction, happened_on=on)


def cooling(**fields):
    """Eighteen in the twelve months to July, none from August on: noticed this month for the first time."""
    partner = factories.partner("Dr Petra Lind", **fields)
    refers(partner, COOLING)
    return partner


def others_keep_sending():
    """So that the clinic as a whole is not down."""
    steady = factories.partner("Dr Steady")
    refers(steady, [date(2025 + n // 12, n % 12 + 1, 5) for n in range(4, 23)] * 4)


def test_a_fall_is_said_in_words_with_its_numbers(page):
    cooling()
    [item] = page().attention
    assert item.tag == "fewer than before"
    assert item.why.startswith("0 in 3 months, 18 in the 12 before; unlikely to be chance.")
    assert item.more == "about 1 time in 55 if nothing had changed"
    assert "because" not in item.why


def test_the_same_fall_is_no_news_a_month_later(page):
    cooling()
    with time_machine.travel(datetime(2026, 12, 15, 12, tzinfo=ZoneInfo("UTC")), tick=False):
        assert not [item for item in page().attention if item.tag == "fewer than before"]


def test_when_the_whole_clinic_is_down_that_is_said_first(page):
    cooling()
    assert "The whole clinic receives fewer than before: 0 in 3 months" in page().clinic_sentence
    others_keep_sending()
    assert page().clinic_sentence == ""


def test_the_month_that_is_not_over_is_in_no_window(page):
    partner = cooling()
    refers(partner, [TODAY, TODAY, TODAY])
    assert page().windows[0].fall == Fall(0, 18, 3)


def test_too_few_to_tell_is_said_of_whoever_has_gone_quiet(page):
    refers(factories.partner("Dr Few"), [TODAY - timedelta(days=days) for days in (100, 200, 300)])
    [item] = page().attention
    assert item.tag == "gone quiet" and "too few referrals to tell" in item.why


def test_one_tap_plans_a_call_for_whoever_looks_after_the_partner(page, as_person, alice, charlie):
    partner = cooling(owner=alice)
    [item] = page().attention
    plan = item.plan
    assert (plan.owner_id, plan.due_on) == (alice.pk, date(2026, 11, 23))
    form = {
        "title": plan.title,
        "why": plan.why,
        "partner": str(plan.partner_id),
        "owner": str(plan.owner_id),
        "due_on": plan.due_on.isoformat(),
        "next": "/dashboard/?months=3",
    }
    response = as_person(charlie).post("/outreach/tasks/new/", form)
    assert response["Location"] == "/dashboard/?months=3"
    task = Task.objects.get()
    assert (task.title, task.owner, task.partner) == (f"Call {partner.name}", alice, partner)
    assert page().attention == []


def test_a_call_is_not_planned_for_somebody_who_could_not_tick_it_off(page, charlie):
    cooling(owner=factories.person("Dana Dale", role=Role.AUDITOR))
    assert page().attention[0].plan.owner_id == charlie.pk


def test_snoozing_asks_the_manager_again_in_thirty_days(page, charlie, alice):
    cooling(owner=alice)
    later = page().attention[0].later
    assert (later.owner_id, later.due_on) == (charlie.pk, TODAY + timedelta(days=30))


def test_the_page_has_the_buttons_that_finish_each_row(riverside, as_person, charlie):
    cooling()
    body = as_person(charlie).get("/dashboard/").content.decode()
    assert "Plan a call" in body and "Snooze" in body


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_only_read_gets_no_buttons(riverside, as_person, role):
    cooling()
    body = as_person(factories.person("Dana Dale", role=role)).get("/dashboard/").content.decode()
    assert "unlikely to be chance" in body and "Plan a call" not in body


def test_the_weekly_list_does_not_hide_a_fall_but_a_recent_contact_does(page):
    partner = cooling()
    Task.objects.create(kind=TaskKind.CHECK_IN, title="Keep in touch", partner=partner, due_on=TODAY)
    assert page().attention
    Touchpoint.objects.create(
        partner=partner, kind=TouchpointKind.CALL, happened_on=TODAY - timedelta(days=29)
    )
    assert page().attention == []


def test_a_late_report_says_how_late_and_how_often_the_day_was_kept(page):
    partner = factories.partner("Northgate Surgery")
    for due_on, sent_on in ((TODAY - timedelta(days=2), None), (date(2026, 6, 9), date(2026, 6, 8))):
        referral = factories.referral(partner=partner, happened_on=due_on - timedelta(days=9))
        Obligation.objects.create(
            referral=referral,
            side=Side.US,
            state=Loop.SENT if sent_on else Loop.DUE,
            due_on=due_on,
            sent_on=sent_on,
        )
    [item] = page().attention
    assert item.why == "One report is 2 days late; the promised day was kept 1 of 1 times."
    assert item.button == "Open report"


def test_mail_that_may_not_have_arrived_can_be_looked_at(page):
    factories.message(partner=factories.partner("Dr Lost"), state=MessageState.IN_DOUBT, referrals=0)
    [item] = page().attention
    assert (item.name, item.tag, item.button) == ("Mail to Dr Lost", "may not have arrived", "Look")


def test_one_sided_is_said_only_where_both_ways_are_usual_and_nobody_ever_talked(page):
    days = [TODAY - timedelta(days=days) for days in (10, 50, 90)]
    refers(factories.partner("Harbour Pilates"), days, "sent")
    refers(factories.partner("City Imaging", kind=Kind.LATERAL), days, "sent")
    known = factories.partner("Known Well")
    refers(known, days, "sent")
    Touchpoint.objects.create(partner=known, kind=TouchpointKind.VISIT, happened_on=date(2024, 1, 5))
    assert [item.name for item in page().attention] == ["Harbour Pilates"]


def test_nobody_is_named_beside_a_share_of_what_we_receive(riverside, as_person, charlie, page):
    refers(factories.partner("Dr Most"), [TODAY] * 9)
    assert not page().can_tell_half
    refers(factories.partner("Dr Other"), [TODAY])
    assert page().can_tell_half and page().half_figure.n == 1
    body = as_person(charlie).get("/dashboard/").content.decode()
    assert "One alone sends 90 %" in body
    sentence = body[body.index("Half of what we receive") :]
    assert "Dr Most" not in sentence[: sentence.index("</section>")]


@pytest.mark.parametrize(
    "word", ["lead", "target", "pipeline", "conversion", "owed", "score", "ratio", "rank", "because of"]
)
def test_the_page_uses_no_word_that_counts_favours(riverside, as_person, charlie, word):
    cooling()
    body = as_person(charlie).get("/dashboard/").content.decode()
    content = body[body.index("<main") : body.index("</main>")]
    assert f" {word} " not in content.lower()
