"""A real Chromium on the real web server.

Every page visited through ``Visitor`` is checked: axe finds nothing, the content security policy reports
nothing, the console holds no error, and nothing scrolls sideways. Screenshots go to the folder that
SCREENSHOTS names.
"""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories

WIDTHS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 360, "height": 740}}
CHECKED = {("wide", "light"), ("narrow", "dark")}  # each width and each light once: half the time of all four
PATIENCE = 20_000  # milliseconds that something may take to show on a busy machine
MISSING = "no Chromium, so the browser tests are skipped (on Debian: apt install chromium)"


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if path is None:
        (pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip)(MISSING)
    expect.set_options(timeout=PATIENCE)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's own loop runs in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, chromium_sandbox=os.getuid() != 0, args=["--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


class Visitor:
    """A person at a browser, signed in or not."""

    def __init__(self, chromium, address, *, size="wide", scheme="light"):
        self.address = address
        self.name = f"{size}-{scheme}"
        self.context = chromium.new_context(
            base_url=address, viewport=WIDTHS[size], color_scheme=scheme, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("console", self._heed)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("response", self._look_at)

    def _heed(self, message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _look_at(self, response):
        if response.status >= 500:
            self.faults.append(f"{response.status} at {response.url}")

    def sign_in(self, person, password=factories.PASSWORD):
        self.page.goto("/practice/sign-in/")
        self.page.fill("#id_email", person.email)
        self.page.fill("#id_password", password)
        self.page.click("button.btn-primary")
        self.page.wait_for_url(lambda url: "sign-in" not in url)
        return self

    def go(self, path):
        """Open a page and check it."""
        self.page.goto(path)
        self.check()
        return self.page

    def check(self):
        """Hold the page that is open now to the rules every page keeps."""
        shown = self.page.url.removeprefix(self.address)
        results = Axe().run(self.page)
        assert not results.violations_count, f"axe at {shown}:\n{results.generate_report()}"
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{shown} scrolls sideways by {overflow} px at {self.name}"
        assert not self.faults, f"at {shown}: {self.faults}"

    def check_every_look(self, name):
        """Check the page that is open at both widths, light and dark; keep its pictures in all four looks."""
        for size, viewport in WIDTHS.items():
            self.page.set_viewport_size(viewport)
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                self.name = f"{size}-{scheme}"
                if (size, scheme) in CHECKED:
                    self.check()
                self.picture(name)
        self.page.set_viewport_size(WIDTHS["wide"])

    def picture(self, name):
        """Keep a screenshot of the whole page, when SCREENSHOTS names a folder."""
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            path = f"{folder}/{name}-{self.name}.png"
            self.page.screenshot(path=path, full_page=True, caret="initial")  # hiding it breaks the policy


@pytest.fixture(scope="module")
def clinic(committed_module):
    """Riverside Physio with Alice at the desk, Bob treating and Charlie managing, on a running web server."""

    practice = factories.practice("Riverside Physio")
    with enter(practice):
        practice.alice = factories.person("Alice Adams", practice=practice)
        practice.bob = factories.person(
            "Bob Brown", practice=practice, role=Role.CLINICIAN, sees_patients=True
        )
        practice.charlie = factories.person("Charlie Clark", practice=practice, role=Role.MANAGER)
    with committed_module.web() as address:
        practice.address = address
        practice.database = committed_module
        yield practice


@pytest.fixture
def visit(chromium, clinic):
    """``visit(clinic.alice, size="narrow")`` is Alice at a small screen."""
    visitors = []

    def start(person=None, **look):
        visitor = Visitor(chromium, clinic.address, **look)
        visitors.append(visitor)
        return visitor.sign_in(person) if person else visitor

    yield start
    for visitor in visitors:
        visitor.context.close()
