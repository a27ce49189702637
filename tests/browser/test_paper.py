"""Paper at the desk by keyboard: attached, looked at, deleted, fetched back; and a patient there twice."""

import pytest
from playwright.sync_api import expect

from referralcrm.demo.paper import page_of_grey, page_of_text
from referralcrm.practice.scope import enter
from referrals.actions import ask, attach, receive
from referrals.actions.patients import make
from referrals.models import Referral
from referrals.states import Source
from tests import factories

PNG = {"name": "fax.png", "mimeType": "image/png", "buffer": page_of_grey()}
PDF = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": page_of_text("A letter")}
PROGRAM = {"name": "fax.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(200)}


@pytest.fixture(scope="module")
def desk(clinic):
    """A referral of Kim's, a second record of hers, details that are missing, and a fax nobody could read."""
    with enter(clinic):
        today, by = clinic.today(), clinic.alice
        okafor = factories.partner("Dr Adaeze Okafor")
        kim = factories.patient("Kim Moreau", born="1971-03-08", record="20417")
        clinic.twin = factories.patient("K. Moreau", born="1971-03-08", record="30000")
        first = receive(by=by, patient=kim, partner=okafor, happened_on=today, reason="knee")
        receive(by=by, patient=clinic.twin, partner=okafor, happened_on=today, reason="hip")
        ask(first, by=by, missing=["phone", "imaging"], words="The MRI of the knee")
        unread = receive(
            by=by,
            patient=make(by=by),
            source=Source.UNKNOWN,
            to_finish=True,
            happened_on=today,
            channel="fax",
        )
        file = factories.SimpleUploadedFile("fax.png", PNG["buffer"])
        attach(unread, by=by, file=file, kind="fax")
        clinic.kim, clinic.first, clinic.unread = kim, first.pk, unread.pk
    return clinic


@pytest.fixture
def alice(visit, desk):
    return visit(desk.alice)


def test_paper_is_attached_by_keyboard_shown_and_deleted_with_a_way_back(alice, desk):
    page = alice.go(f"/referrals/{desk.first}/")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Attach paper")).to_be_visible()
    page.set_input_files("#id_file", PROGRAM)
    page.fill("#id_title", "First fax")
    page.keyboard.press("Control+s")
    expect(page.locator(".invalid-feedback")).to_contain_text("This is a program")
    expect(page.locator("#id_title")).to_have_value("First fax")
    alice.check_every_look("paper-refused")
    page.set_input_files("#id_file", [PNG, PDF])
    page.keyboard.press("Control+s")
    expect(page.locator("#paper")).to_contain_text("First fax")
    page.get_by_text("Look at it").first.click()
    scan = page.locator("img.scan")
    expect(scan).to_be_visible()
    expect(scan).to_have_js_property("naturalWidth", 340)
    alice.check_every_look("paper-shown")
    page.get_by_role("button", name="Delete: fax").first.click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#paper .item")).to_have_count(2)


def test_a_pdf_is_a_download_and_nothing_opens_in_the_page(alice, desk):
    with enter(desk):
        first = Referral.objects.get(pk=desk.first)
        file = factories.SimpleUploadedFile("letter.pdf", PDF["buffer"])
        attached = attach(first, by=desk.alice, file=file, kind="letter")
    page = alice.go(f"/referrals/{desk.first}/")
    with page.expect_download() as download:
        page.locator(f'a[href="/referrals/attachments/{attached.pk}/"]').click()
    assert download.value.suggested_filename == attached.file_name


def test_a_fax_comes_with_the_referral_by_the_log_form(alice, desk):
    page = alice.go("/referrals/new/")
    page.fill("#id_partner_text", "Dr Adaeze Okafor")
    page.fill("#id_patient_name", "Ruth Adler")
    page.get_by_text("There is a fax, letter or card with it").click()
    page.set_input_files("#id_file", PNG)
    alice.check_every_look("paper-log")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/referrals/*-*/")
    expect(page.locator("#paper")).to_contain_text("fax.png")


def test_what_could_not_be_read_is_finished(alice, desk):
    page = alice.go("/")
    alice.check_every_look("paper-today")
    page.get_by_role("link", name="Finish").click()
    page.fill("#id_partner_text", "Dr Adaeze Okafor")
    page.fill("#id_patient_name", "Lee Young")
    alice.check_every_look("paper-finish")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("h1")).to_have_text("Lee Young")


def test_the_request_for_details_is_printed_and_answered(alice, desk):
    page = alice.go(f"/referrals/{desk.first}/ask/")
    alice.check_every_look("paper-ask")
    page = alice.go(f"/referrals/{desk.first}/")
    page.get_by_role("button", name="They are here").first.click()
    expect(page.locator("main")).to_contain_text("Still missing")


def test_one_patient_there_twice_becomes_one_and_two_again(alice, desk):
    page = alice.go("/referrals/patients/")
    alice.check_every_look("paper-twice")
    page.get_by_role("link", name="Side by side").first.click()
    alice.check_every_look("paper-merge")
    page.get_by_role("button", name="Merge these two").click()
    expect(page.locator("main")).to_contain_text("Merged in the last 30 days")
    with enter(desk):
        assert len(set(Referral.objects.filter(reason_sealed__gt=b"").values_list("patient", flat=True))) == 1
    page.get_by_role("button", name="Take apart").click()
    expect(page.locator("main")).not_to_contain_text("Merged in the last 30 days")


def test_known_patients_open_referrals_stand_beside_the_typing(alice, desk):
    page = alice.go("/referrals/new/")
    page.fill("#id_partner_text", "Dr Adaeze Okafor")
    page.fill("#id_record_number", "20417")
    expect(page.locator("#known")).to_contain_text("The same matter as")
    assert "20417" not in page.url
    alice.check_every_look("paper-known")
