"""What people delete and find again, and what they take along on paper."""

import pytest

from outreach.actions import tasks, touchpoints
from outreach.models import Task
from outreach.states import TaskKind
from partners import actions as partners
from partners.models import Partner
from referralcrm.practice.scope import enter
from referrals import actions as referrals
from referrals.models import Referral
from tests import factories


@pytest.fixture
def okafor(clinic):
    with enter(clinic):
        return partners.create(
            name="Dr Adaeze Okafor",
            email="okafor@northgate.example",
            office="Northgate Surgery",
            address="1 High Street",
            postcode="SE1 2BB",
            area="London",
            preferred_channel="card",
            by=clinic.alice,
        )


def one_of_each_deleted(clinic, okafor):
    """One row of many kinds in the trash, by different people."""
    alice, bob, today = clinic.alice, clinic.bob, clinic.today()
    marta = partners.create_contact(okafor, name="Marta Silva", by=alice)
    partners.delete_contact(marta, by=bob)
    [call] = touchpoints.log(partners=[okafor], kind="call", happened_on=today, note="Left a word", by=alice)
    touchpoints.delete(call, by=alice)
    tasks.delete(tasks.add(kind=TaskKind.OTHER, title="Order cards", due_on=today, by=alice), by=bob)
    patient = factories.patient("Kim Moreau")
    referral = referrals.receive(partner=okafor, patient=patient, happened_on=today, by=alice)
    referrals.delete(referral, by=alice)
    long = "Prof. Dr. Maximiliane-Alexandrina von und zu Hohenzollern-Sigmaringen " * 2
    partners.delete(partners.create(name=long.strip(), by=alice), by=alice)
    partners.delete(partners.create(name="ד״ר כהן", by=alice), by=bob)


def test_the_trash_shows_everything_and_gives_it_back(clinic, okafor, visit):
    with enter(clinic):
        one_of_each_deleted(clinic, okafor)
    visitor = visit(clinic.alice)
    page = visitor.go("/trash/")
    assert page.locator("main li.item").count() == 6
    visitor.check_every_look("trash-full")
    page.select_option("#kind", "contacts")
    page.click("main .filters .btn-plain")
    assert page.url.endswith("/trash/?kind=contacts")
    page.click("text=Restore")
    page.click(".toasts a:has-text('Marta Silva')")
    page.wait_for_url(f"**/partners/{okafor.pk}/")
    assert page.locator("text=Marta Silva").first.is_visible()
    visitor.check()


def test_a_search_in_the_trash_stands_in_no_address(clinic, okafor, visit):
    with enter(clinic):
        partners.delete(partners.create(name="Dr Seldom", by=clinic.alice), by=clinic.alice)
    visitor = visit(clinic.alice)
    page = visitor.go("/trash/")
    page.fill("main #q", "seldom")
    page.press("main #q", "Enter")
    page.wait_for_selector("main a:has-text('Clear')")
    assert page.url.endswith("/trash/")
    assert page.locator("main li.item").all_inner_texts()[0].startswith("Dr Seldom")
    visitor.check()


def test_a_partner_is_deleted_and_fetched_back_by_the_toast_or_from_their_own_address(clinic, okafor, visit):
    visitor = visit(clinic.alice)
    address = f"/partners/{okafor.pk}/"
    page = visitor.go(address)
    page.click("main .btn-danger:has-text('Delete')")
    page.click(".toasts button:has-text('Undo')")
    page.wait_for_url(f"**{address}")
    page.click("main .btn-danger:has-text('Delete')")
    page.wait_for_selector(".toasts button:has-text('Undo')")
    assert page.goto(address).status == 410
    visitor.check_every_look("gone")
    page.click("main button:has-text('Restore')")
    page.wait_for_url(f"**{address}")
    with enter(clinic):
        assert Partner.objects.kept().filter(pk=okafor.pk).exists()


def test_a_referral_is_deleted_from_its_page_and_undone(clinic, okafor, visit):
    with enter(clinic):
        referral = referrals.receive(
            partner=okafor, patient=factories.patient(), happened_on=clinic.today(), by=clinic.alice
        )
    visitor = visit(clinic.alice)
    page = visitor.go(f"/referrals/{referral.pk}/")
    page.click("main .btn-danger:has-text('Delete')")
    page.click(".toasts button:has-text('Undo')")
    page.wait_for_url(f"**/referrals/{referral.pk}/")
    with enter(clinic):
        assert Referral.objects.kept().filter(pk=referral.pk).exists()


def prints_on(page):
    """Every link on this page that opens a PDF."""
    links = page.locator("main a[href*='.pdf']").evaluate_all("links => links.map(link => link.href)")
    return sorted(set(links))


def assert_pdf(response):
    assert (response.status, response.headers["content-type"]) == (200, "application/pdf")
    assert response.body().startswith(b"%PDF-")


def test_each_print_opens_from_where_it_is_needed(clinic, okafor, visit):
    visitor = visit(clinic.alice)
    for path in ("/", f"/partners/{okafor.pk}/"):
        page = visitor.go(path)
        assert prints_on(page), path
        for href in prints_on(page):
            assert_pdf(page.request.get(href))
    page = visitor.go("/partners/")
    page.click("main a:has-text('Labels')")
    form = page.locator("form[action$='labels.pdf']")
    query = form.evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    assert_pdf(page.request.get(f"/print/labels.pdf?{query}"))
    visitor.check_every_look("print-labels")


def test_the_print_menu_of_a_partner_fits_on_a_phone(clinic, okafor, visit):
    visitor = visit(clinic.alice, size="narrow")
    page = visitor.go(f"/partners/{okafor.pk}/")
    page.click("main summary:has-text('Print')")
    visitor.check()
    visitor.picture("print-menu")
    box = page.locator("main a:has-text('Thank-you card')").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360


def test_a_thank_you_card_and_its_envelope_from_the_task(clinic, okafor, visit):
    with enter(clinic):
        title = "Write Dr Adaeze Okafor a thank-you card"
        task = Task.objects.create(
            kind=TaskKind.THANK_CARD, title=title, partner=okafor, due_on=clinic.today(), owner=clinic.alice
        )
    visitor = visit(clinic.alice)
    page = visitor.go(f"/outreach/tasks/{task.pk}/")
    page.click("main a:has-text('Print card and envelope')")
    page.wait_for_url("**/thanks/**")
    visitor.check_every_look("print-thanks")
    token = page.locator("form[action$='thanks/card.pdf'] [name=csrfmiddlewaretoken]").input_value()
    for fold in ("folded", "flat"):
        body = {"csrfmiddlewaretoken": token, "fold": fold, "words": "Thank you so much."}
        assert_pdf(page.request.post(f"/print/partners/{okafor.pk}/thanks/card.pdf", form=body))
    assert_pdf(page.request.get(f"/print/partners/{okafor.pk}/envelope.pdf?size=dl"))


def test_a_list_printed_from_the_screen_is_a_table_without_buttons(clinic, okafor, visit):
    page = visit(clinic.alice).go("/partners/")
    page.set_viewport_size({"width": 680, "height": 960})  # what A4 leaves between its margins
    page.emulate_media(media="print")
    assert page.locator("main tbody tr").first.evaluate("row => getComputedStyle(row).display") == "table-row"
    for hidden in ("nav.rail", "header.top", "main .btn", "main .filters", "main input"):
        assert not any(thing.is_visible() for thing in page.locator(hidden).all()), hidden
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
