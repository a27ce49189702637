"""The daily jobs at the front desk, with the keyboard alone; key presses and seconds are printed.

A key press is anything but the words themselves: a chosen option, a jump to the next field, a save.
"""

import time
from contextlib import contextmanager

import pytest

from referralcrm.practice.scope import enter
from referrals.models import Patient, Referral
from tests import factories


class Keys:
    """A keyboard that counts presses and leaves the words out."""

    def __init__(self, page):
        self.page = page
        self.presses = 0

    def press(self, key, times=1):
        for _ in range(times):
            self.page.keyboard.press(key)
        self.presses += times

    def type(self, words):
        self.page.keyboard.type(words)

    def choose(self):
        """Enter, once the highlighted match is there."""
        self.page.locator("[role=option][aria-selected=true]").wait_for()
        self.press("Enter")


@pytest.fixture
def desk(visit, clinic):
    return visit(clinic.alice)


@pytest.fixture(scope="module")
def okafor(clinic):
    with enter(clinic):
        return factories.partner("Dr Adaeze Okafor")


@pytest.fixture
def job(desk, capsys):
    """``with job("a referral", presses=6, seconds=10) as keys``: the limits of ux.md, printed and kept."""

    @contextmanager
    def timed(name, *, presses, seconds):
        keys, start = Keys(desk.page), time.monotonic()
        yield keys
        took = time.monotonic() - start
        with capsys.disabled():
            print(f"\n  {name}: {keys.presses} key presses, {took:.1f} s")
        assert keys.presses <= presses
        assert took < seconds

    return timed


def newest(clinic):
    with enter(clinic):
        return Referral.objects.select_related("partner", "patient").latest("entered_at")


def saved(desk):
    """Wait for the toast that says the referral is saved."""
    desk.page.locator("[data-toast]").first.wait_for()


def test_a_received_referral_from_a_known_partner(desk, clinic, okafor, job):
    desk.go("/")
    with job("received, known partner", presses=6, seconds=10) as keys:
        keys.press("n")
        desk.page.locator("#id_partner_text:focus").wait_for()
        keys.type("okaf")
        keys.choose()
        keys.type("Kim Moreau")
        keys.press("Control+s")
        saved(desk)
    referral = newest(clinic)
    assert (referral.direction, referral.partner, referral.patient.name) == ("received", okafor, "Kim Moreau")


def test_a_received_referral_from_an_unknown_partner_with_a_new_patient(desk, clinic, okafor, job):
    desk.go("/")
    with job("received, unknown partner, new patient", presses=6, seconds=25) as keys:
        keys.press("n")
        desk.page.locator("#id_partner_text:focus").wait_for()
        keys.type("Lena Voss")
        new = desk.page.locator("[role=option]", has_text="new partner")
        new.wait_for()
        assert not desk.page.locator("[role=option][aria-selected=true]").count(), "never chosen beforehand"
        keys.press("ArrowUp")  # the last choice
        keys.choose()
        desk.page.locator("#id_patient_name:focus").wait_for()
        keys.type("Ruth Adler")
        keys.press("Control+s")
        saved(desk)
    referral = newest(clinic)
    assert (referral.partner.name, referral.patient.name) == ("Lena Voss", "Ruth Adler")


def test_a_sent_referral(desk, clinic, okafor, job):
    desk.go("/")
    with job("sent", presses=6, seconds=15) as keys:
        keys.press("n")
        desk.page.locator("#id_partner_text:focus").wait_for()
        keys.press("Shift+Tab")
        keys.press("ArrowRight")
        desk.page.locator("#id_direction_1:checked").wait_for()
        desk.page.locator("#id_partner_text:focus").wait_for()
        keys.type("okaf")
        keys.choose()
        keys.type("Tomas Reyes")
        keys.press("Control+s")
        saved(desk)
    referral = newest(clinic)
    assert (referral.direction, referral.partner, referral.patient.name) == ("sent", okafor, "Tomas Reyes")


def test_ten_in_a_batch(desk, clinic, okafor, job):
    with enter(clinic):
        before = Referral.objects.count()
    desk.go("/referrals/new/")
    with job("ten in a batch", presses=20, seconds=120) as keys:
        for number in range(10):
            desk.page.locator("#id_partner_text:focus").wait_for()
            keys.type("okaf")
            keys.choose()
            keys.type(f"Batch Patient{number}")
            with desk.page.expect_navigation():
                keys.press("Control+Enter")
    with enter(clinic):
        assert Referral.objects.count() == before + 10
        assert Patient.objects.count() >= 10


def test_a_mistake_keeps_the_typing(desk, clinic, okafor):
    page = desk.go("/referrals/new/")
    page.fill("#id_partner_text", "Dr Adaeze Okafor")
    page.fill("#id_patient_name", "Per Lund")
    page.fill("#id_happened_on", "2199-01-01")
    page.keyboard.press("Control+s")
    page.locator(".invalid-feedback").first.wait_for()
    assert page.input_value("#id_patient_name") == "Per Lund"
    desk.check()
