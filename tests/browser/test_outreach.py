"""A note is approved and arrives; shelves and letters that the demo does not have are well made."""

import pytest
from django.urls import reverse

from outreach import mail
from outreach.models import Message, Rule
from outreach.states import Hold
from outreach.states import MessageState as M
from referralcrm.embedded import inbox
from referralcrm.practice.scope import enter
from tests import factories
from tests.committed import wait_until
from tests.mailserver import MailServer

WORKER = "celery -A referralcrm worker --concurrency 1 --without-mingle --without-gossip"


@pytest.fixture
def draft(clinic):
    with enter(clinic):
        partner = factories.partner("Dr Adaeze Okafor", salutation="Dr Okafor")
        return factories.message(partner=partner, state=M.HELD, hold=Hold.APPROVAL)


def has_left(clinic, message):
    with enter(clinic):
        return Message.objects.filter(pk=message.pk, state=M.SENT).exists()


def test_a_note_is_approved_and_arrives(visit, clinic, draft):
    alice = visit(clinic.alice)
    page = alice.go(reverse("outreach:messages"))
    page.get_by_role("button", name="Approve").click()
    page.get_by_text("Approved. It leaves at its hour.").wait_for()
    page.get_by_role("link", name="Scheduled").click()
    page.get_by_role("button", name="Send now").wait_for()
    alice.check()
    page.get_by_role("button", name="Send now").click()
    page.get_by_text("It leaves now.").wait_for()
    server = MailServer()
    with server.running(), clinic.database.process("worker", *WORKER.split(), SMTP_URL=server.url):
        wait_until(lambda: has_left(clinic, draft), what="The sending")
    assert server.ids() == [str(draft.pk)]
    page.goto(reverse("outreach:messages") + "?show=sent")
    page.get_by_role("link", name="Dr Adaeze Okafor").click()
    page.get_by_role("heading", name="Thank you from Riverside Physio").wait_for()
    alice.check()


def test_a_note_is_taken_back_and_put_back_from_the_toast(visit, clinic, draft):
    page = visit(clinic.alice).go(reverse("outreach:message", args=[draft.pk]))
    page.get_by_role("button", name="Take back").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("It waits for approval again.").wait_for()


def test_a_template_shows_its_letter_while_it_is_typed(visit, clinic):
    charlie = visit(clinic.charlie)
    with enter(clinic):
        rule = Rule.objects.get(kind="thank_you")
    page = charlie.go(reverse("outreach:rule", args=[rule.pk]))
    letter = page.frame_locator("iframe")
    letter.get_by_text("Dear Dr Okafor").wait_for()
    page.get_by_label("Text").fill("Hello {greeting}, these words are new.")
    letter.get_by_text("Hello Dr Okafor, these words are new.").wait_for()
    page.get_by_label("Text").fill("About {patient_name}")
    page.get_by_role("button", name="Save the rule").click()
    page.get_by_text("would tell something about a patient").wait_for()
    charlie.check()


@pytest.fixture
def shelves(clinic):
    """A message on every shelf that the demo leaves empty."""
    with enter(clinic):
        factories.message(state=M.IN_DOUBT, body="Dear you", reply="The connection broke off.")
        factories.message(waiting_because="It is a holiday (Good Friday); mail waits.")
        factories.message(state=M.SUPPRESSED, suppression="opted_out")


@pytest.mark.parametrize("shelf", ["answer", "scheduled", "stopped"])
def test_a_shelf_of_messages_is_well_made(visit, clinic, shelves, shelf):
    charlie = visit(clinic.charlie)
    charlie.page.goto(reverse("outreach:messages") + f"?show={shelf}")
    assert charlie.page.locator("main .item").count()
    charlie.check_every_look(f"outreach-{shelf}")


def test_a_letter_in_the_inbox_is_well_made(visit, clinic, draft):
    content = mail.compose(
        practice=clinic,
        to="jo@office.example",
        subject="Thank you",
        body="Dear Jo",
        message_id=draft.message_id,
        offers_opt_out=True,
    )
    inbox.put(content, sender="clinic@here.example", recipients=["jo@office.example"])
    alice = visit(clinic.alice)
    alice.page.goto(reverse("outreach:inbox"))
    alice.check_every_look("outreach-inbox-with-letter")
    alice.page.get_by_role("link", name="Thank you").click()
    alice.page.frame_locator("iframe").get_by_text("Dear Jo").wait_for()
    alice.check_every_look("outreach-letter")
