"""A report goes round: gated, consented, sent, opened by its recipient with a code, and confirmed."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from outreach.actions.messages import answers
from outreach.actions.messages.send import send_due
from outreach.models import Message
from referralcrm.practice.scope import enter
from referrals.models import Delivery, Obligation
from tests import factories
from tests.mailserver import MailServer


@pytest.fixture
def mail(clinic, settings):
    """The recipient's mailbox; links lead to the server of this test."""
    with MailServer().running() as server:
        settings.SMTP_URL, settings.SITE_URL = server.url, clinic.address
        yield server


@pytest.fixture
def draft(clinic):
    with enter(clinic, durable=True):
        okafor = factories.partner("Dr Adaeze Okafor", email="okafor@office.example")
        referral = factories.referral(
            partner=okafor,
            patient=factories.patient("Kim Moreau"),
            journey="attended",
            attended_on=clinic.today(),
        )
        Obligation.objects.create(referral=referral, side="us", state="due", due_on=clinic.today())
        return factories.report(referral, by=clinic.bob)


def newest(mail):
    """The words of the letter that came last."""
    return mail.letters()[-1].get_body(("plain",)).get_content()


def let_the_notice_leave(clinic):
    """Whatever the hour this test runs at: a person may send a waiting note at once."""
    with enter(clinic, durable=True):
        message = Message.objects.get(rule__kind="report_notice")
        answers.send_now(message, version=message.version, by=clinic.alice)
    send_due(clinic)


def test_a_report_goes_round(visit, clinic, draft, mail):
    bob = visit(clinic.bob)
    page = bob.go(f"/referrals/documents/{draft.pk}/write/")
    page.get_by_role("button", name="Sign it: final").click()
    page.get_by_role("link", name="Send it…").click()
    expect(
        page.get_by_text("The patient has not agreed yet to a report to Dr Adaeze Okafor.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Send to Dr Adaeze Okafor")).to_have_count(0)
    bob.check_every_look("send-gated")
    page.get_by_role("link", name="Record the consent").click()
    page.get_by_role("button", name="Record", exact=True).click()
    if page.get_by_role("button", name="treats the patient").count():
        page.get_by_role("button", name="treats the patient").click()
    page.get_by_role("button", name="Send to Dr Adaeze Okafor").click()
    expect(page.get_by_text("A link is on its way to Dr Adaeze Okafor")).to_be_visible()
    let_the_notice_leave(clinic)
    assert not re.search("Moreau|Kim|shoulder", mail.taken[-1].decode(), re.IGNORECASE)
    link = re.search(r"https?://\S+#\w+", newest(mail))[0]

    okafor = visit()
    heard = []
    okafor.page.on("request", lambda request: heard.append((request.url, request.headers.get("referer", ""))))
    theirs = okafor.go(link)
    assert "#" not in theirs.url and not theirs.get_by_label("The link from the mail").is_visible()
    okafor.check_every_look("portal-door")
    theirs.get_by_role("button", name="Send me a code").click()
    expect(theirs.get_by_role("heading", name="Type your code")).to_be_visible()
    send_due(clinic)
    theirs.get_by_label("The code from the second mail").fill("000 000")
    theirs.get_by_role("button", name="Open").click()
    expect(theirs.get_by_text("That did not open anything.")).to_be_visible()
    okafor.check_every_look("portal-code")
    digits = re.search(r"code is (\d+)", newest(mail))[1]
    theirs.get_by_label("The code from the second mail").fill(digits)
    theirs.get_by_role("button", name="Open").click()
    expect(theirs.get_by_role("heading", name="Kim Moreau")).to_be_visible()
    with theirs.expect_download() as download:
        theirs.get_by_role("link", name="Download").first.click()
    assert download.value.suggested_filename.endswith(".pdf")
    theirs.get_by_role("button", name="I have received it").click()
    expect(theirs.get_by_text("you have it")).to_be_visible()
    okafor.check_every_look("portal-page")
    secret = link.partition("#")[2]
    assert heard and not any(secret in url or secret in referrer for url, referrer in heard)
    log = clinic.database.log("web")
    assert f"POST {reverse('portal:code')} " in log and f"GET {reverse('portal:page')} " in log
    assert not re.search(rf"{secret}|\b{digits}\b", log)

    page = bob.go(f"/referrals/{draft.referral_id}/#deliveries")
    sent_to = page.locator("#deliveries")
    for fact in ("link sent", "opened", "downloaded", "confirmed"):
        expect(sent_to).to_contain_text(fact)
    bob.check()
    with enter(clinic, durable=True):
        assert Delivery.objects.get().confirmed_at
        assert Obligation.objects.filter(state="acknowledged").count() == 1
