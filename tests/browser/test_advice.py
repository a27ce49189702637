"""A colleague's question is written down by keyboard and answered in its row, in time, at both widths."""

import time
from datetime import UTC, datetime
from functools import partial

import pytest
from playwright.sync_api import expect

from referralcrm.practice.scope import enter
from referrals.actions import advice
from referrals.models import AdviceRequest
from tests import factories

LONG_AGO = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
QUESTION = "Runner with a stubborn Achilles: rest or load?"


@pytest.fixture(scope="module")
def inbox(clinic):
    with enter(clinic):
        trainer = factories.discipline("Personal training")
        clinic.brandt = factories.partner("S. Brandt", discipline=trainer)
        clinic.okafor = factories.partner("Dr Adaeze Okafor")
    return clinic


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_question_is_asked_and_answered_in_time(visit, inbox, size):
    bob = visit(inbox.bob, size=size)
    page, question = bob.go("/referrals/advice/?for=mine"), f"{QUESTION} ({size})"
    started = time.monotonic()
    page.keyboard.press("q")
    expect(page.locator("#id_partner_text")).to_be_focused()
    page.keyboard.type("brandt")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#id_question")).to_be_focused()
    page.keyboard.type(question)
    page.keyboard.press("Control+s")
    row = page.locator(".item", has_text=question)
    expect(row).to_contain_text("answer promised by")
    print(
        f"\na question by keyboard at {size}: 3 presses beyond the words, {time.monotonic() - started:.1f} s"
    )
    bob.check()
    row.get_by_label("Answer S. Brandt").click()
    expect(row.get_by_label("Answer", exact=True)).to_be_focused()
    page.keyboard.type("Load it, slowly, from tomorrow on.")
    row.get_by_label("What comes next").select_option("refer")
    bob.check()
    row.get_by_role("button", name="Answered").click()
    expect(page.get_by_text("Answered: S. Brandt.")).to_be_visible()
    expect(row).to_have_count(0)
    bob.go("/referrals/advice/?show=answered")
    expect(row.first).to_contain_text("in time")
    with enter(inbox):
        made = AdviceRequest.objects.answered().order_by("asked_at").last()
        assert (made.question, made.answer) == (question, "Load it, slowly, from tomorrow on.")
        assert (made.owner, made.next_step) == (inbox.bob, "refer")
        assert made.answered_at <= made.promised_by


def test_a_question_has_a_page_of_its_own_and_becomes_a_referral(visit, inbox):
    with enter(inbox):
        asked = partial(advice.ask, by=inbox.bob, partner=inbox.okafor)
        urgent = asked(direction="received", question=QUESTION, kind="urgent", owner=inbox.bob)
        asked(direction="sent", question="May she run again?", channel="text")
        moments = {"asked_at": LONG_AGO, "promised_by": LONG_AGO}
        factories.advice("Is this film normal?", partner=inbox.okafor, kind="imaging", **moments)
    bob = visit(inbox.bob)
    bob.go("/referrals/advice/")
    expect(bob.page.locator(".tag-late")).to_be_visible()
    bob.check_every_look("advice")
    bob.go("/")
    bob.picture("advice-today")
    page = bob.go(urgent.get_absolute_url())
    bob.check_every_look("advice-open")
    page.get_by_label("Answer", exact=False).first.fill("Send him to us today.")
    page.get_by_label("What comes next").select_option("refer")
    page.get_by_role("button", name="Answered").click()
    bob.check_every_look("advice-answered")
    page.get_by_role("link", name="Log the referral").click()
    expect(page.locator("#id_partner_text")).to_have_value("Dr Adaeze Okafor")
    bob.check()
    expect(page.locator("#id_reason")).to_have_value(QUESTION)


def test_a_question_on_paper_is_looked_over_before_it_is_printed(visit, inbox):
    with enter(inbox):
        asked = factories.advice("Is it 5 mg?", partner=inbox.okafor, direction="sent", kind="prescription")
    bob = visit(inbox.bob)
    page = bob.go(f"{asked.get_absolute_url()}letter/")
    page.get_by_label("What the letter says").fill("Dear Dr Okafor,\n\nyou should have asked. STOP THIS!!")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("link", name="Print all the same")).to_be_visible()
    expect(page.locator("aside, main").last).to_contain_text("you should have")
    bob.check_every_look("advice-letter")
