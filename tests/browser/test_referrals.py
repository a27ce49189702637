"""The desk logs referrals by keyboard alone; key presses beyond the words and seconds are printed."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from referralcrm.practice.models import Service
from referralcrm.practice.scope import enter
from referrals.actions import move, receive, send
from referrals.models import Referral
from referrals.states import Source, Verb
from tests import factories


@pytest.fixture(scope="module")
def log(clinic):
    """Referrals of every kind at Riverside; Dr Okafor and Dr Lind are known."""
    with enter(clinic):
        today = clinic.today()
        clinic.okafor = factories.partner(
            "Dr Adaeze Okafor", discipline=factories.discipline(), organisation=factories.organisation()
        )
        factories.partner("Okafor & Lind Dental", is_person=False)
        lind = factories.partner("Dr Lind", discipline=factories.discipline("Orthopaedics"))
        kim = factories.patient("Kim Moreau", born="1971-03-08", record="20417")
        ruth = factories.patient("Ruth Adler-Montgomery of the Long Harbour Road", record="777")
        service = Service.objects.first()
        days = {"ankle": 40, "knee": 12, "hip": 3}
        by, on = clinic.alice, {name: today - timedelta(days=ago) for name, ago in days.items()}
        first = receive(
            by=by, patient=kim, partner=lind, happened_on=on["ankle"], service=service, reason="ankle",
            clinician=clinic.bob, next_visit_on=today + timedelta(days=4), channel="fax",
        )  # fmt: skip
        move(first, Verb.SCHEDULE, by=by, on=on["knee"], appointment_on=on["knee"])
        move(first, Verb.ATTEND, by=by, on=on["knee"])
        send(
            by=by,
            patient=ruth,
            partner=lind,
            happened_on=on["knee"],
            reason="MRI of the knee",
            urgency="urgent",
        )
        receive(by=by, patient=ruth, source=Source.UNKNOWN, happened_on=on["hip"])
        gone = receive(by=by, patient=kim, partner=clinic.okafor, happened_on=on["hip"])
        move(gone, Verb.DECLINE, by=by, reason="No place before March")
        clinic.attended, clinic.declined = first.pk, gone.pk
    return clinic


class Desk:
    """Hands on the keyboard: presses are counted, words are not."""

    def __init__(self, visitor):
        self.visitor, self.page, self.keys = visitor, visitor.page, visitor.page.keyboard
        self.presses, self.started = 0, time.monotonic()

    def press(self, *keys):
        for key in keys:
            self.keys.press(key)
            self.presses += 1
        return self

    def type(self, words):
        self.keys.type(words)
        return self

    def choose(self, words):
        """Type into the partner box and take the first match."""
        self.type(words)
        expect(self.page.locator("[role=option][aria-selected=true]")).to_be_visible()
        return self.press("Enter")

    def open_form(self):
        self.press("n")
        expect(self.page.locator("#id_partner_text")).to_be_focused()
        return self

    def tell(self, what):
        print(
            f"\n{what}: {self.presses} key presses beyond the words, {time.monotonic() - self.started:.1f} s"
        )


@pytest.fixture
def desk(visit, log):
    visitor = visit(log.alice)
    visitor.page.goto("/")
    return Desk(visitor)


def newest(clinic):
    with enter(clinic):
        return Referral.objects.with_everyone().latest("entered_at")


def saved(desk, text="Logged."):
    expect(desk.page.locator(".toasts")).to_contain_text(text)


def test_received_from_a_known_partner_takes_six_presses_at_most(desk, log):
    desk.open_form().choose("adaez").type("Ruth Ager").press("Enter").type("05171980").press("Control+s")
    saved(desk)
    desk.tell("received, known partner")
    referral = newest(log)
    with enter(log):
        assert (referral.partner, referral.patient.name) == (log.okafor, "Ruth Ager")
        assert (referral.patient.birth_date, referral.direction) == ("1980-05-17", "received")
    assert desk.presses <= 6


def test_an_unknown_partner_is_added_on_the_way(desk, log):
    desk.open_form().type("Dr Novak")
    expect(desk.page.locator("[role=option][data-value=new]")).to_be_visible()
    desk.press("ArrowUp", "Enter").type("Max Frei").press("Enter").type("01021990").press("Control+s")
    saved(desk)
    desk.tell("received, unknown partner, new patient")
    assert newest(log).partner.name == "Dr Novak"


def test_sent_is_one_switch_away(desk, log):
    desk.open_form()
    desk.press("Shift+Tab", "ArrowRight")
    expect(desk.page.get_by_label("Sent on")).to_be_visible()
    expect(desk.page.locator("#id_partner_text")).to_be_focused()
    desk.choose("dr lind").type("Ines Roth").press("Enter").type("01021990").press("Control+s")
    saved(desk)
    desk.tell("sent")
    assert (newest(log).direction, newest(log).partner.name) == ("sent", "Dr Lind")


def test_ten_in_a_batch_keep_direction_and_date(desk, log):
    desk.open_form()
    for number in range(10):
        expect(desk.page.locator("#id_partner_text")).to_be_focused()
        expect(desk.page.locator("#id_partner_text")).to_have_value("")
        desk.choose("adaez").type(f"Batch Number{number}").press("Enter").type("01021990").press(
            "Control+Enter"
        )
        saved(desk)
    desk.tell("ten received in a batch")
    with enter(log):
        assert Referral.objects.filter(partner=log.okafor, happened_on=log.today()).count() >= 10


def test_a_known_patient_is_shown_while_typing_and_the_matter_is_asked(desk, log):
    desk.open_form().choose("adaez").type("Moreau, Kim").press("Enter").type("03081971")
    known = desk.page.locator("#known")
    expect(known).to_contain_text("Known here, record 20417")
    expect(known).to_contain_text("The same matter as “ankle”, Dr Lind")
    expect(known).to_contain_text("Perhaps this is logged already")
    desk.visitor.picture("log-known")
    desk.visitor.check()
    known.get_by_label("The same matter").check()
    desk.press("Control+s")
    saved(desk)
    with enter(log):
        assert newest(log).matter == log.attended


def test_without_a_choice_the_server_asks_and_nothing_typed_is_lost(desk, log):
    desk.open_form().type("okaf").press("Escape", "Tab", "Tab")
    desk.page.get_by_label("Patient", exact=True).fill("Nora Kept")
    desk.press("Control+s")
    expect(desk.page.get_by_text("Which one?")).to_be_visible()
    expect(desk.page.get_by_label("Patient", exact=True)).to_have_value("Nora Kept")
    desk.visitor.check()
    desk.visitor.picture("log-which")
    desk.page.get_by_label("Dr Adaeze Okafor").check()
    desk.press("Control+s")
    saved(desk)
    assert newest(log).partner == log.okafor


def test_the_next_step_is_taken_in_the_row_without_a_jump(desk, log):
    desk.page.goto("/referrals/?journey=requested")
    row = desk.page.locator("tbody tr").first
    row.get_by_role("button", name="No answer").click()
    saved(desk, "no answer, call 1")
    assert desk.page.url.endswith("/referrals/?journey=requested")


STATES = {
    "referrals-none": "/referrals/?direction=sent&urgency=stat",
    "log-sent": "/referrals/new/?direction=sent",
    "referral-attended": "/referrals/{attended}/",
    "referral-declined": "/referrals/{declined}/",
}


@pytest.mark.parametrize("name", STATES)
def test_a_page_of_the_log_is_well_made_in_a_state_the_demo_does_not_show(visit, log, name):
    visitor = visit(log.alice)
    visitor.page.goto(STATES[name].format(attended=log.attended, declined=log.declined))
    visitor.check_every_look(name)
