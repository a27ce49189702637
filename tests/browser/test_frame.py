"""What stands around every page: the idle warning, the single keys, and forms that outlive a sign-in."""

import time
from importlib import import_module

from django.conf import settings
from playwright.sync_api import expect

from referralcrm.practice.middleware import SEEN
from tests import factories

FORM = "/practice/password/"
MINUTE = 60_000


def forget_on_the_server(visitor):
    """Let the server's idle clock run out for this browser."""
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies()}
    key = next(value for name, value in cookies.items() if "csrf" not in name)
    session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    session[SEEN] = time.time() - settings.IDLE_SECONDS - 1
    session.save()


def open_form(visitor):
    visitor.page.clock.install()
    visitor.page.goto(FORM)
    visitor.page.fill("#id_new", "a sentence half written")
    return visitor.page


def give_the_brand_a_key(page):
    page.locator(".rail .brand").evaluate("link => { link.dataset.key = 'b'; link.href = '#pressed'; }")


def test_a_minute_before_the_end_the_page_asks_and_one_click_stays(visit, clinic):
    visitor = visit(clinic.alice)
    page = open_form(visitor)
    page.clock.run_for(13 * MINUTE)
    expect(page.locator("#idle")).to_be_hidden()

    page.clock.run_for(MINUTE + 1000)
    expect(page.locator("#idle")).to_contain_text("Still there?")
    visitor.check()
    page.click("[data-idle-stay]")

    expect(page.locator("#idle")).to_be_hidden()
    assert page.input_value("#id_new") == "a sentence half written"


def test_somebody_writing_is_not_asked(visit, clinic):
    page = open_form(visit(clinic.alice))
    page.clock.run_for(13 * MINUTE + 30_000)
    page.press("#id_new", "End")
    page.clock.run_for(MINUTE)

    expect(page.locator("#idle")).to_be_hidden()


def test_after_the_end_the_page_is_covered_and_the_typing_goes_to_the_sign_in(visit, clinic):
    visitor = visit(clinic.alice)
    page = open_form(visitor)
    page.clock.run_for(16 * MINUTE)
    expect(page.locator("#idle.cover")).to_contain_text("You were signed out")
    forget_on_the_server(visitor)

    page.click("[data-idle-stay]")

    expect(page.locator("main")).to_contain_text("What you typed is kept")
    visitor.check()


def test_signing_in_elsewhere_does_not_cost_a_page_its_form(visit, clinic):
    visitor = visit(clinic.alice)
    visitor.page.goto(FORM)
    visitor.page.fill("#id_current", "not my password")
    visitor.page.fill("#id_new", "a sentence to sign in with")
    other = visitor.context.new_page()
    other.goto("/")
    other.click(".rail .me summary")
    other.click(".rail .me form button")
    other.fill("#id_email", clinic.alice.email)
    other.fill("#id_password", factories.PASSWORD)
    other.click("button.btn-primary")
    other.wait_for_url(lambda url: "sign-in" not in url)

    visitor.page.click("main button.btn-primary")

    expect(visitor.page.locator("main")).to_contain_text("This is not your password now.")


def test_single_keys_can_be_switched_off_for_good(visit, clinic):
    page = visit(clinic.alice).page
    page.goto("/")
    give_the_brand_a_key(page)
    page.keyboard.press("b")
    assert page.url.endswith("#pressed")

    page.click(".rail .me summary")
    page.click(".rail [data-dialog=keys]")
    page.uncheck("#keys-on")
    page.goto(FORM)
    give_the_brand_a_key(page)
    page.locator("h1").click()
    page.keyboard.press("b")
    assert not page.url.endswith("#pressed")


def test_a_form_is_sent_once_however_often_it_is_pressed(visit, clinic):
    page = visit(clinic.alice).page
    page.goto(FORM)
    page.fill("#id_current", "not my password")
    page.fill("#id_new", "a sentence to sign in with")
    sent = []

    def slowly(route):
        sent.append(route.request.method)
        time.sleep(0.3)
        route.continue_()

    page.route(f"**{FORM}", slowly)
    page.locator("main form").evaluate(
        "form => { form.requestSubmit(); setTimeout(() => form.requestSubmit(), 50); }"
    )

    expect(page.locator("main")).to_contain_text("This is not your password now.")
    assert sent == ["POST"]
