"""The type-ahead as people use it: the words, one Enter, and never a partner nobody looked at."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

PAGE = """<!doctype html><html lang="en"><title>Type-ahead</title>
<script src="/static/js/app.js" defer></script><script src="/static/js/combobox.js" defer></script>
<form method="post" data-enter="next">
  <label for="who">From</label>
  <div data-combobox data-url="/type-ahead" data-create="a new partner">
    <input id="who"><input type="hidden" id="id"></div>
  <label for="patient">Patient</label><input id="patient">
  <label for="urgency">Urgency</label><select id="urgency"><option>routine</option></select>
  <label for="reason">Reason</label><textarea id="reason"></textarea>
  <button id="save">Save</button>
</form>"""

KNOWN = {"1": "Dr Adaeze Okafor", "2": "Okafor & Lind Dental", "3": "Lena Voss"}


class Box:
    """The field on a page of its own, with a server whose answers can be held back."""

    def __init__(self, visitor):
        self.page = visitor.page
        self.keys = visitor.page.keyboard
        self.field = visitor.page.locator("#who")
        self.options = visitor.page.locator("[role=option]")
        self.highlight = visitor.page.locator("[role=option][aria-selected=true]")
        self.held = []
        self.is_slow = False
        self.page.route("**/try", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        self.page.route("**/type-ahead?*", self._answer)
        self.page.goto("/try")
        self.field.focus()

    def _answer(self, route):
        if self.is_slow:
            self.held.append(route)
        else:
            route.fulfill(body=self._found(route), content_type="text/html")

    def _found(self, route):
        words = parse_qs(urlsplit(route.request.url).query)["q"][0].lower()
        return "".join(
            f'<li role="option" data-value="{key}" data-label="{name.replace("&", "&amp;")}">{name}</li>'
            for key, name in KNOWN.items()
            if words in name.lower()
        )

    def let_go(self):
        """Answer what was held back, the newest question first."""
        self.is_slow = False
        while self.held:
            route = self.held.pop()
            route.fulfill(body=self._found(route), content_type="text/html")

    def type(self, words, *, and_see=True):
        self.keys.type(words)
        if and_see:
            expect(self.options.last).to_be_visible()
            expect(self.options.last).to_contain_text(f"Add “{words}”")

    @property
    def chosen(self):
        return self.page.locator("#id").input_value()

    @property
    def focus(self):
        return self.page.evaluate("document.activeElement.id")


@pytest.fixture
def box(visit):
    return Box(visit())


def test_a_few_letters_and_enter_choose_the_first_match_and_go_on(box):
    box.type("okaf")
    expect(box.highlight).to_have_text("Dr Adaeze Okafor")
    expect(box.page.locator("[role=status]")).to_have_text("2 matches")

    box.keys.press("Enter")

    assert (box.chosen, box.field.input_value(), box.focus) == ("1", "Dr Adaeze Okafor", "patient")
    expect(box.field).to_have_attribute("aria-expanded", "false")


def test_adding_a_partner_is_never_highlighted_by_itself(box):
    box.type("nobody")
    expect(box.highlight).to_have_count(0)

    box.keys.press("Enter")

    assert (box.chosen, box.field.input_value(), box.focus) == ("", "nobody", "patient")


def test_adding_a_partner_is_one_arrow_away(box):
    box.type("nobody")
    box.keys.press("ArrowDown")
    box.keys.press("Enter")

    assert (box.chosen, box.field.input_value(), box.focus) == ("new", "nobody", "patient")


def test_typing_on_after_choosing_forgets_the_choice(box):
    box.type("voss")
    box.keys.press("Enter")
    box.field.focus()
    box.keys.press("End")
    box.keys.type("e")

    assert box.chosen == ""


def test_an_early_enter_waits_and_chooses_the_only_match(box):
    box.is_slow = True
    box.type("voss", and_see=False)
    box.keys.press("Enter")
    assert (box.chosen, box.focus) == ("", "who")

    box.page.wait_for_timeout(200)
    box.let_go()

    expect(box.page.locator("#patient")).to_be_focused()
    assert box.chosen == "3"


def test_an_early_enter_does_not_choose_between_two(box):
    box.is_slow = True
    box.type("okaf", and_see=False)
    box.keys.press("Enter")
    box.page.wait_for_timeout(200)
    box.let_go()

    expect(box.options).to_have_count(3)
    assert (box.chosen, box.focus) == ("", "who")
    box.keys.press("Enter")
    assert (box.chosen, box.focus) == ("1", "patient")


def test_an_answer_to_older_letters_is_dropped(box):
    box.is_slow = True
    box.type("voss", and_see=False)
    box.page.wait_for_timeout(250)
    box.field.press("ControlOrMeta+a")
    box.type("okaf", and_see=False)
    box.page.wait_for_timeout(250)
    box.let_go()

    expect(box.options).to_have_text(
        ["Dr Adaeze Okafor", "Okafor & Lind Dental", "Add “okaf” as a new partner…"]
    )
    box.page.wait_for_timeout(100)
    expect(box.options).to_have_count(3)


def test_tab_leaves_the_words_to_the_server(box):
    box.type("okaf")
    box.keys.press("Tab")

    assert (box.chosen, box.field.input_value(), box.focus) == ("", "okaf", "patient")


def test_tab_takes_what_the_arrows_pointed_at(box):
    box.type("okaf")
    box.keys.press("ArrowDown")
    box.keys.press("Tab")

    assert (box.chosen, box.focus) == ("2", "patient")


def test_escape_closes_the_list_and_keeps_the_words(box):
    box.type("okaf")
    box.keys.press("Escape")

    expect(box.page.locator("[role=listbox]")).to_be_hidden()
    assert (box.chosen, box.field.input_value()) == ("", "okaf")


def test_the_mouse_chooses_too(box):
    box.type("okaf")
    box.options.nth(1).click()

    assert (box.chosen, box.focus) == ("2", "patient")


def test_a_server_that_does_not_answer_is_said_and_nothing_is_lost(box):
    box.page.unroute("**/type-ahead?*")
    box.page.route("**/type-ahead?*", lambda route: route.abort())
    box.type("okaf", and_see=False)

    expect(box.page.locator("[role=status]")).to_contain_text("looked up when you save")
    assert box.field.input_value() == "okaf"


def test_enter_goes_through_the_form_and_ends_on_the_button(box):
    box.page.locator("#patient").focus()
    box.keys.press("Enter")
    assert box.focus == "urgency"
    box.keys.press("Enter")
    assert box.focus == "reason"
    box.keys.press("Enter")
    assert box.page.locator("#reason").input_value() == "\n"
