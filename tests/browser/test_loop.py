"""A report goes the whole way: begun, written, refused, consented to, sent, opened with a code, confirmed."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pypdf import PdfReader

from outreach.actions.messages import answers
from outreach.actions.messages.send import send_due
from outreach.models import Message
from referralcrm.practice.scope import enter
from referrals.models import Delivery, Obligation, Phrase, Report
from referrals.states import Loop
from tests import factories
from tests.mailserver import MailServer

FOUND = "The rotator cuff is irritated; no tear."
PHRASE = "Please hold further injections for now."
PARTS = {
    "What happens next, and when": "Review on 14 December.",
    "Treatment planned, and why": "Graded loading, because the tendon is reactive.",
    "Goals and anticipated outcomes": "Overhead work without pain in eight weeks.",
}
MEASURE = {
    "What was measured": "Shoulder flexion",
    "Unit": "°",
    "At first": "95",
    "Now": "120",
    "Goal": "170",
}


@pytest.fixture
def mail(clinic, settings):
    """The recipient's mailbox; links lead to the server of this test."""
    with MailServer().running() as server:
        settings.SMTP_URL, settings.SITE_URL = server.url, clinic.address
        yield server


@pytest.fixture
def referral(clinic):
    """A patient of Dr Okafor's who came today."""
    with enter(clinic, durable=True):
        okafor = factories.partner("Dr Adaeze Okafor", email="okafor@office.example")
        made = factories.referral(
            partner=okafor,
            patient=factories.patient("Kim Moreau"),
            journey="attended",
            attended_on=clinic.today(),
        )
        Obligation.objects.create(referral=made, side="us", state="due", due_on=clinic.today())
        Phrase.objects.create(name="hold injections", text=PHRASE)
        return made


def newest(mail):
    """The words of the letter that came last."""
    return mail.letters()[-1].get_body(("plain",)).get_content()


def let_the_notice_leave(clinic):
    """Whatever the hour this test runs at: a person may send a waiting note at once."""
    with enter(clinic, durable=True):
        message = Message.objects.get(rule__kind="report_notice")
        answers.send_now(message, version=message.version, by=clinic.alice)
    send_due(clinic)


def begin(bob, referral):
    """From the board over the referral to a blank report, by keys alone."""
    page = bob.go("/reports/")
    page.get_by_role("link", name="Kim Moreau", exact=True).press("Enter")
    page.wait_for_url(lambda url: str(referral.pk) in url)
    page.keyboard.press("w")
    page.get_by_label("Initial report and treatment plan").press("Space")
    bob.check_every_look("report-start")
    page.get_by_role("button", name="Begin").press("Enter")
    expect(page.get_by_label("What we found")).to_have_value("")
    expect(page.locator("#missing-parts li")).to_have_count(7)
    bob.picture("report-blank")
    return page


def write(page):
    """Every part but one, a measure, and a phrase by its first letters; all of it is kept meanwhile."""

    def type_into(label, words, within=page):
        within.get_by_label(label, exact=True).focus()
        page.keyboard.insert_text(words)

    type_into("What we found", FOUND)
    asked = page.get_by_label("What we ask of you", exact=True)
    asked.focus()
    page.keyboard.type(";;")
    expect(page.get_by_label("Type its first letters")).to_be_focused()
    page.keyboard.type("hold")
    page.keyboard.press("Enter")
    expect(asked).to_have_value(PHRASE)
    for label, words in PARTS.items():
        type_into(label, words)
    first = page.get_by_role("group", name="Measure 1", exact=True)
    for label, words in MEASURE.items():
        type_into(label, words, within=first)
    first.get_by_label("Better is").select_option("higher")
    page.get_by_label("What we found").focus()
    expect(page.locator("#writing[data-changed]")).to_have_count(0)
    expect(page.locator("#missing-parts li")).to_have_text(["Frequency and duration"])


def sign(bob, page):
    """Named what is missing, looked at, signed."""
    page.reload()
    expect(page.get_by_label("What we found")).to_have_value(FOUND)
    page.get_by_role("button", name="Sign it: final").press("Enter")
    expect(page.get_by_text("write these or say that they do not apply: Frequency")).to_be_visible()
    page.get_by_label("Does not apply").nth(1).press("Space")
    page.get_by_role("button", name="Show the pages").press("Enter")
    expect(page.frame_locator("iframe[name=preview]").get_by_role("img", name="Page 1 of 1")).to_be_visible()
    bob.check_every_look("report-write")
    page.get_by_role("button", name="Sign it: final").press("Enter")
    expect(page.get_by_text("is final.")).to_be_visible()
    bob.check_every_look("report-final")


def consent_and_send(bob, page):
    """Refused with the way to mend it, mended, sent by link."""
    page.get_by_role("link", name="Send it…").press("Enter")
    expect(
        page.get_by_text("The patient has not agreed yet to a report to Dr Adaeze Okafor.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Send to Dr Adaeze Okafor")).to_have_count(0)
    bob.check_every_look("send-gated")
    page.get_by_role("link", name="Record the consent").press("Enter")
    page.get_by_label("Dr Adaeze Okafor treats the patient").press("Space")
    page.get_by_role("button", name="Record", exact=True).press("Enter")
    expect(page.get_by_text("Consent recorded.")).to_be_visible()
    page.get_by_role("button", name="Send to Dr Adaeze Okafor").press("Enter")
    expect(page.get_by_text("A link is on its way to Dr Adaeze Okafor")).to_be_visible()


def come_in(okafor, link, clinic, mail):
    """The recipient opens the mail's link on a phone, mistypes the code, and types it."""
    page = okafor.go(link)
    assert "#" not in page.url and not page.get_by_label("The link from the mail").is_visible()
    okafor.check_every_look("portal-door")
    page.get_by_role("button", name="Send me a code").press("Enter")
    expect(page.get_by_role("heading", name="Type your code")).to_be_visible()
    send_due(clinic)
    code = page.get_by_label("The code from the second mail")
    code.fill("000 000")
    code.press("Enter")
    expect(page.get_by_text("That did not open anything.")).to_be_visible()
    okafor.check_every_look("portal-code")
    digits = re.search(r"code is (\d+)", newest(mail))[1]
    code.fill(digits)
    code.press("Enter")
    expect(page.get_by_role("heading", name="Kim Moreau")).to_be_visible()
    return page, digits


def read_and_confirm(okafor, page):
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.press("Enter")
    text = PdfReader(download.value.path()).pages[0].extract_text()
    assert "Shoulder flexion" in text and PHRASE in text
    page.get_by_role("button", name="I have received it").press("Enter")
    expect(page.get_by_text("you have it")).to_be_visible()
    okafor.check_every_look("portal-page")


def test_a_report_goes_the_whole_way(visit, clinic, referral, mail):
    bob = visit(clinic.bob)
    page = begin(bob, referral)
    write(page)
    sign(bob, page)
    consent_and_send(bob, page)
    let_the_notice_leave(clinic)
    assert not re.search("Moreau|Kim|shoulder", mail.taken[-1].decode(), re.IGNORECASE)
    link = re.search(r"https?://\S+#\w+", newest(mail))[0]

    okafor = visit(size="narrow", scheme="dark")
    heard = []
    okafor.page.on("request", lambda request: heard.append((request.url, request.headers.get("referer", ""))))
    theirs, digits = come_in(okafor, link, clinic, mail)
    read_and_confirm(okafor, theirs)
    secret = link.partition("#")[2]
    assert heard and not any(secret in url or secret in referrer for url, referrer in heard)
    log = clinic.database.log("web")
    assert f"POST {reverse('portal:code')} " in log and f"GET {reverse('portal:page')} " in log
    assert not re.search(rf"{secret}|\b{digits}\b", log)

    page = bob.go(f"/referrals/{referral.pk}/")
    for fact in ("link sent", "opened", "downloaded", "confirmed received"):
        expect(page.locator("#deliveries")).to_contain_text(fact)
    expect(page.locator(".track .done").last).to_contain_text("Confirmed received")
    bob.check_every_look("report-on-the-referral")
    page = bob.go("/reports/")
    expect(page.get_by_text("Nobody is waiting for us")).to_be_visible()
    with enter(clinic, durable=True):
        assert Delivery.objects.get().confirmed_at and Report.objects.final().get().obligation
        assert Obligation.objects.get().state == Loop.ACKNOWLEDGED
