"""Every page at two widths, light and dark: accessible, inside its policy, and not wider than the screen.

The addresses are those of ``tests/practice/test_permit.py``: a page that is new there is visited here.
"""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from referralcrm.demo.cast import PASSWORD
from referralcrm.practice.models import Practice, User
from referralcrm.practice.scope import enter
from tests.browser.conftest import Visitor
from tests.practice.cast import one_of_each
from tests.practice.test_permit import URLS, VIEWS

NOT_A_PAGE = {
    "audit:export",
    "exchange:fetch",
    "exchange:mend",
    "exchange:progress",
    "exchange:taking",
    "exchange:not_matched",
    "front:healthz",
    "outreach:letter",
    "outreach:letter_html",
    "outreach:rule_preview",
    "outreach:story_letter",
    "outreach:touchpoint_people",
    "partners:duplicates",
    "partners:options",
    "partners:organisation_options",
    "print:envelope",
    "print:labels_pdf",
    "print:partner",
    "print:today",
    "practice:pulse",
    "print:offered",
    "print:profile",
    "practice:set_password",
    "practice:sign_in",
    "practice:stay",
    "referrals:advice_letter_page",
    "referrals:article",
    "referrals:attachment",
    "referrals:consent_form",
    "referrals:cover_letter",
    "referrals:delivery_fax",
    "referrals:delivery_letter",
    "referrals:enclosed",
    "referrals:options",
    "referrals:preview_report",
    "referrals:report_pdf",
    "referrals:request_letter",
}
PAGES = sorted(name for name, view in VIEWS.items() if "GET" in view.methods and name not in NOT_A_PAGE)


@pytest.fixture(scope="module")
def riverside_demo(committed_module):
    """The demo practice, with one row of each kind beside it, on a running web server."""
    call_command("demo", "--if-empty")
    practice = Practice.objects.get()
    with enter(practice):
        practice.rows = one_of_each()
    practice.manager = User.objects.get(email="manager@riverside.example")
    with committed_module.web() as address:
        practice.address = address
        yield practice


@pytest.fixture(scope="module")
def manager(chromium, riverside_demo):
    """The manager's browser, signed in once for all pages."""
    visitor = Visitor(chromium, riverside_demo.address)
    yield visitor.sign_in(riverside_demo.manager, PASSWORD)
    visitor.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_well_made_at_every_width_and_in_every_light(manager, riverside_demo, name):
    response = manager.page.goto(URLS[name].address(name, riverside_demo.rows))
    assert response.status == 200
    manager.check_every_look(name.replace(":", "-"))


def test_a_new_practice_is_first_taken_to_be_where_its_browser_is(chromium, manager):
    session = manager.context.storage_state()
    context = chromium.new_context(
        base_url=manager.address, storage_state=session, locale="de-AT", timezone_id="Europe/Vienna"
    )
    page = context.new_page()
    page.goto("/demo/start/")
    expect(page.get_by_label("Where is it?")).to_have_value("AT")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Vienna")
    page.get_by_label("Time zone").select_option("Europe/Zurich")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_role("button", name="Remove the demo and start").click()
    expect(page.get_by_label("What is your practice called?")).to_have_class(re.compile("is-invalid"))
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Zurich")
    context.close()


@pytest.mark.parametrize("path", ["/practice/sign-in/", "/practice/sign-in/?idle=1&next=/", "/nothing-here/"])
def test_a_page_for_strangers_is_well_made(chromium, riverside_demo, path):
    visitor = Visitor(chromium, riverside_demo.address)
    visitor.page.goto(path)
    visitor.check_every_look("stranger" + path.partition("?")[0].replace("/", "-"))
    visitor.context.close()


@pytest.mark.parametrize(
    "path", ["/", "/partners/", "/referrals/", "/outreach/", "/dashboard/", "/outreach/tasks/"]
)
def test_an_empty_page_is_well_made_and_says_what_to_do(visit, clinic, path):
    visitor = visit(clinic.charlie)
    visitor.page.goto(path)
    visitor.check_every_look("empty" + path.replace("/", "-"))
    assert visitor.page.locator("main a.btn, main button.btn").count(), "a next action"
