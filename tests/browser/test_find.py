"""A partner found and chosen by keyboard alone, and the patient's choice recorded."""

import re

import pytest
from playwright.sync_api import expect

from partners.models import PartnerPlan, Postcode
from referralcrm.practice.models import Licence, Plan
from referralcrm.practice.scope import enter
from referrals.models import Offer
from tests import factories


@pytest.fixture(scope="module")
def town(clinic):
    with enter(clinic):
        aetna, cigna = (Plan.objects.create(name=name) for name in ("Aetna", "Cigna"))
        physio = factories.discipline("Physiotherapy")
        people = {
            "Anna Moss": {"postcode": "N1 9GU", "special_interests": ["frozen shoulder", "hands"]},
            "Bea Bird": {"postcode": "SW4 7AB", "special_interests": ["shoulder"]},
            "Cleo Clay": {"postcode": "N1 3AB", "accepting": "no"},
            "Dora Dale": {"area": "Camden"},
        }
        for name, fields in people.items():
            made = factories.partner(name, discipline=physio, phone="+442079460101", **fields)
            plan = cigna if name == "Cleo Clay" else aetna
            if name != "Dora Dale":
                PartnerPlan.objects.create(partner=made, plan=plan)
        for code, latitude in (("N1", 51.538), ("SW4", 51.46)):
            Postcode.objects.create(name=code, latitude=latitude, longitude=-0.1)
        clinic.bob.special_interests, clinic.bob.telehealth = ["shoulder"], True
        clinic.bob.about = "Shoulders, elbows and hands."
        clinic.bob.save()
        Licence.objects.create(
            person=clinic.bob, name="HCPC registration", place="United Kingdom", expires_on=clinic.today()
        )
    return clinic


def tab_to(page, target, *, most=60):
    """Press Tab until ``target`` has the focus."""
    for _ in range(most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never reaches it")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_partner_is_found_and_chosen_by_keyboard_alone(size, visit, town):
    visitor = visit(town.alice, size=size)
    page, keys = visitor.page, visitor.page.keyboard
    page.goto("/")
    if size == "wide":
        keys.press("f")
    else:
        tab_to(page, page.locator(".bar-menu > details > summary"))
        keys.press("Enter")
        tab_to(page, page.locator(".sheet").get_by_role("link", name=re.compile("^Find")))
        keys.press("Enter")
    page.wait_for_url("**/find/")
    tab_to(page, page.get_by_label("Condition, need or special interest"))
    keys.type("frozen shoulder")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("Aet")
    tab_to(page, page.get_by_label("Near (postcode or area)"))
    keys.type("N1 2AB")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="3 partners to refer to")).to_be_visible()
    found = page.locator("#found")
    expect(found).to_contain_text("special interest: frozen shoulder")
    expect(found).to_contain_text("Cannot refer because…")
    expect(found).to_contain_text("Bob Brown")
    visitor.check()
    visitor.picture("find")
    for name in ("Anna Moss", "Bea Bird"):
        tab_to(page, page.get_by_label(f"Name {name} to the patient"))
        keys.press("Space")
    tab_to(page, page.get_by_role("button", name="Refer to Bea Bird"))
    keys.press("Enter")
    expect(page.get_by_text("Named to the patient: Anna Moss, Bea Bird")).to_be_visible()
    visitor.check()
    visitor.picture("find-log")
    expect(page.get_by_label("Patient", exact=True)).to_be_focused()
    keys.type(f"Pat {size.title()}")
    keys.press("Tab")
    keys.type("17051980")
    keys.press("Control+s")
    expect(page.get_by_role("heading", name="The patient’s choice")).to_be_visible()
    visitor.check()
    visitor.picture("find-chosen")
    with enter(town):
        offers = Offer.objects.order_by("offered_at", "place").select_related("partner")
        told = [(offer.partner.name, offer.is_chosen) for offer in offers]
    assert told[-2:] == [("Anna Moss", False), ("Bea Bird", True)]


def test_the_finder_and_our_own_pages_look_well_in_every_light(visit, town):
    visitor = visit(town.charlie)
    for name, path in [
        ("find-empty", "/find/"),
        ("profile", f"/practice/people/{town.bob.pk}/profile/"),
        ("conditions", "/practice/settings/lists/conditions/"),
        ("postcodes", "/partners/postcodes/"),
        ("today-licences", "/"),
    ]:
        visitor.page.goto(path)
        visitor.check_every_look(name)
