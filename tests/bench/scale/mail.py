"""A thousand letters through the outbox, against bare smtplib on one connection to the same server."""

import multiprocessing
import smtplib
import time
from contextlib import contextmanager
from datetime import timedelta

from django.test.utils import override_settings
from django.utils import timezone

from outreach import mail
from outreach.actions.messages import send
from outreach.models import Message, MessageCause, Rule
from outreach.states import MessageState, RuleKind
from partners.models import Friction, Partner
from partners.states import Stage
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from tests.bench.cost import Cost
from tests.bench.scale.load import LARGEST
from tests.mailserver import MailServer

LETTERS = 1000


def measure():
    """Letters a second, and what one costs; the letters are gone again afterwards."""
    practice = Practice.objects.get(name=LARGEST)
    with _server() as server:
        queued = _queued(practice)
        try:
            with override_settings(SMTP_URL=server.url):
                sent = Cost.of(lambda: _sent(practice))
            with enter(practice):
                left = Message.objects.filter(pk__in=queued).exclude(state=MessageState.SENT).count()
            print(f"{left} of {LETTERS} did not leave")
        finally:
            _forget(practice, queued)
        bare = Cost.of(lambda: _handed_over(server))
    for name, cost in (("the outbox", sent), ("bare smtplib, one connection", bare)):
        print(f"{name:30}{cost.told(LETTERS)}")
    print(f"{bare.wall / sent.wall:.2f} of bare smtplib")


@contextmanager
def _server():
    """The tests' mail server in a process of its own, as a real one is."""
    server = MailServer()
    child = multiprocessing.get_context("fork").Process(target=server._server.serve_forever, daemon=True)
    child.start()
    try:
        yield server
    finally:
        child.kill()
        child.join()
        server._server.server_close()


def _queued(practice):
    """A thank-you for each of a thousand partners, due now; their keys."""
    now = timezone.now()
    with enter(practice, durable=True):
        rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
        hard = Friction.objects.open().values("partner")
        partners = Partner.objects.kept().exclude(email="").exclude(stage=Stage.ENDED).exclude(pk__in=hard)
        rows = [
            Message(
                rule=rule,
                partner=partner,
                due_at=now - timedelta(days=30, seconds=number),  # before whatever else waits
                ignore_quiet_hours=True,
            )
            for number, partner in enumerate(partners[:LETTERS])
        ]
        Message.objects.bulk_create(rows)
        MessageCause.objects.bulk_create(
            MessageCause(rule=rule, fact=f"bench:{row.pk}", message=row) for row in rows
        )
    return [row.pk for row in rows]


def _sent(practice):
    """As workers do it: task after task, until nothing is due."""
    ends = time.monotonic() + 300
    while send.send_due(practice) and time.monotonic() < ends:
        pass


def _forget(practice, keys):
    with enter(practice, durable=True):
        MessageCause.objects.filter(message__in=keys).delete()
        Message.objects.filter(pk__in=keys).delete()


def _handed_over(server):
    content = mail.compose(
        practice=Practice(name="Riverside Physio"),
        to="partner@office.example",
        subject="Thank you",
        body="Thank you for sending us a patient. " * 13,
        message_id="bench",
        offers_opt_out=True,
    )
    with smtplib.SMTP("127.0.0.1", server.port) as smtp:
        for _ in range(LETTERS):
            smtp.sendmail("clinic@referralcrm.invalid", ["partner@office.example"], content)
