"""Marked patients go through the whole product; no mark may come out anywhere but on the page that asks.

Each patient carries marks in every field that takes a word about a patient. Afterwards the mails, the
logs of every process, the URLs, what the broker was told, the sessions and a dump of every table are
searched for them.
"""

import base64
import binascii
import logging
import os
import re
import threading
import zlib
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from outreach.models import Message
from outreach.states import MessageState
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.models import AdviceRequest, Patient, Referral
from tests import factories
from tests.committed import wait_until
from tests.core.test_content import PDF
from tests.mailserver import MailServer

PATIENTS = 12
MARK = re.compile(r"qz\d{3}[a-z]|7700.?9008\d\d", re.IGNORECASE)
BORN = "1911-11-11"
WORKER = ["celery", "-A", "referralcrm", "worker", "--pool", "solo", "-l", "DEBUG"]


def marked(number, what):
    """A word found nowhere else: "Qz007n" is the name of patient 7."""
    return f"Qz{number:03}{what}"


class Ears:
    """Everything the broker is told while the block runs."""

    def __init__(self, url):
        self.client = redis.Redis.from_url(url, socket_timeout=None)
        self.heard = []

    @contextmanager
    def listening(self):
        with self.client.monitor() as monitor:
            threading.Thread(target=self._listen, args=[monitor], daemon=True).start()
            yield self.heard
            self.client.ping()

    def _listen(self, monitor):
        with suppress(redis.RedisError, ValueError, OSError):  # until the connection is closed
            for command in monitor.listen():
                self.heard.append(command["command"])


@pytest.fixture
def clinic(committed):
    practice = factories.practice("Riverside Physio")
    with enter(practice):
        practice.charlie = factories.person("Charlie Clark", practice=practice, role=Role.MANAGER)
        practice.okafor = factories.partner("Dr Adaeze Okafor", email="okafor@office.example")
        practice.lind = factories.partner("Dr Peter Lind", email="lind@office.example")
    return practice


def sign_in(person):
    client = Client()
    client.force_login(person, backend="referralcrm.practice.backend.PersonBackend")
    return client


def log_a_referral(desk, number, today):
    """One marked patient, received and then moved, corrected and closed with marked words."""
    typed = {
        "direction": "received",
        "partner_text": "Dr Adaeze Okafor",
        "patient_name": f"{marked(number, 'g')} {marked(number, 'n')}",
        "born": BORN,
        "record_number": marked(number, "r"),
        "patient_phone": f"07700 9008{number:02}",
        "reason": f"Pain since {marked(number, 'a')}",
        "happened_on": today.isoformat(),
    }
    desk.post(reverse("referrals:look"), typed)
    leave_a_row_of_the_grid(desk, number, typed)
    answer = desk.post(reverse("referrals:create"), typed)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def leave_a_row_of_the_grid(desk, number, typed):
    """A draft with every word that a row of the grid takes."""
    key = f"01920000-0000-4000-8000-{number:012}"
    words = {f"r-{key}-{name}": value for name, value in typed.items() if name != "direction"}
    answer = desk.post(reverse("referrals:log_many_row"), words | {"row": key, "direction": "received"})
    assert answer.status_code == 200


def close_with_words(desk, number, referral):
    """Every later place where somebody may write about the patient."""
    move = reverse("referrals:move", args=[referral.pk])
    steps = [("hold", "h"), ("resume", "i"), ("decline", "d"), ("reopen", "o")]
    for verb, letter in steps:
        desk.post(
            move, {"verb": verb, "reason": marked(number, letter), "on": referral.happened_on.isoformat()}
        )
    desk.post(
        reverse("referrals:update", args=[referral.pk]),
        {"reason": marked(number, "u"), "version": Referral.objects.get(pk=referral.pk).version},
    )
    ask = {"missing": ["reason"], "words": f"Which {marked(number, 'q')}?"}
    desk.post(reverse("referrals:ask", args=[referral.pk]), ask)
    paper = SimpleUploadedFile(f"{marked(number, 'f')}.pdf", PDF + marked(number, "b").encode())
    attaching = {"file": paper, "kind": "fax", "title": marked(number, "t")}
    desk.post(reverse("referrals:attach", args=[referral.pk]), attaching)
    going = {"words": marked(number, "e"), "state": "enclosed"}
    desk.post(reverse("referrals:goes_with", args=[referral.pk]), going)
    for report in referral.obligations.all():
        waiving = {"act": "waive", "reason": marked(number, "w"), "version": report.version}
        desk.post(reverse("referrals:report", args=[report.pk]), waiving)


def ask_a_question(desk, number, clinic):
    """No patient is needed in a question, and yet somebody may type one: into it, its answer, its letter."""
    typed = {
        "direction": "sent",
        "partner_text": "Dr Adaeze Okafor",
        "question": f"Is {marked(number, 'x')} well?",
    }
    assert desk.post(reverse("referrals:ask_advice"), typed).status_code == 302
    with enter(clinic):
        asked = AdviceRequest.objects.open().latest("entered_at")
    letter = {"letter": f"About {marked(number, 'y')}.", "version": 1}
    assert desk.post(reverse("referrals:advice_letter", args=[asked.pk]), letter).status_code == 302
    answering = {"answer": f"Yes, {marked(number, 'z')} is.", "version": 2}
    assert desk.post(reverse("referrals:answer_advice", args=[asked.pk]), answering).status_code == 302


def send_and_hear(desk, clinic, number, today):
    """A marked patient is sent on; their words, a flag, its answer and the partner's report are marked."""
    typed = {
        "direction": "sent",
        "partner_text": "Dr Peter Lind",
        "patient_name": f"{marked(number, 'g')} {marked(number, 'n')}",
        "born": BORN,
        "record_number": marked(number, "r"),
        "happened_on": today.isoformat(),
    }
    answer = desk.post(reverse("referrals:create"), typed)
    assert answer.status_code == 302, answer.content.decode()
    with enter(clinic):
        sent = Referral.objects.sent().get(partner=clinic.lind)
        report = sent.obligations.get()
    said = {"felt": "poor", "words": marked(number, "v")}
    desk.post(reverse("referrals:note_experience", args=[sent.pk]), said)
    desk.post(reverse("referrals:raise_flag", args=[sent.pk]), {"words": marked(number, "x")})
    paper = SimpleUploadedFile(f"{marked(number, 'f')}.pdf", PDF + marked(number, "b").encode())
    came = {"file": paper, "title": marked(number, "t"), "version": report.version, "acknowledged": "on"}
    desk.post(reverse("referrals:arrived", args=[report.pk]), came)
    with enter(clinic):
        assert sent.experiences.get().words and sent.attachments.count() == 1
        flag = sent.quality_flags.get()
    desk.post(
        reverse("referrals:answer_flag", args=[flag.pk]),
        {"answer": marked(number, "y"), "version": flag.version},
    )
    return answer["Location"]


def throw_away_and_look_for_it(desk, clinic):
    """A marked referral goes into the trash, where its patient's name is typed; the page that answers."""
    with enter(clinic):
        referral = Referral.objects.received().filter(attended_on=None).first()
    assert desk.post(reverse("referrals:delete", args=[referral.pk])).status_code == 302
    page = desk.get(reverse("trash:index")).content.decode()
    assert "Received: " in page and not MARK.search(page)
    return page + desk.post(reverse("trash:index"), {"q": marked(0, "n")}).content.decode()


def recommend(desk, number, today):
    """Somebody else than a partner recommended us: the name of that person is kept sealed."""
    answer = desk.post(
        reverse("referrals:create"),
        {
            "direction": "received",
            "partner": "former_patient",
            "source": "former_patient",
            "source_name": marked(number, "s"),
            "patient_name": f"{marked(number, 'g')} {marked(number, 'n')}",
            "born": BORN,
            "happened_on": today.isoformat(),
        },
    )
    assert answer.status_code == 302, answer.content.decode()


def dump(database):
    """Every row of every table as text, with byte strings shown as what they hold."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                yield table, row
                for hexadecimal in re.findall(r"\\x([0-9a-f]{8,})", row):
                    yield table, bytes.fromhex(hexadecimal).decode("latin-1")


def sessions():
    """What web sessions hold, decoded: they are signed, not encrypted."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        for (data,) in cursor.fetchall():
            packed = data.split(":")[0]
            text = base64.urlsafe_b64decode(packed.removeprefix(".") + "===")
            yield (zlib.decompress(text) if packed.startswith(".") else text).decode()


def addresses(page):
    """Every address that a page links to or posts to."""
    return re.findall(r'(?:href|action|src|hx-get|hx-post|data-url)="([^"]*)"', page)


@pytest.mark.slow
def test_no_mark_of_a_patient_leaves_the_page_that_asks_for_it(clinic, committed, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # SQL is logged only when DEBUG is on
    desk, seen = sign_in(clinic.charlie), []
    with MailServer().running() as mail, Ears(settings.CELERY_BROKER_URL).listening() as broker:
        with enter(clinic):
            today = clinic.today() - timedelta(days=1)
        for number in range(PATIENTS):
            seen.append(log_a_referral(desk, number, today))
        for number in range(PATIENTS, PATIENTS + 3):
            recommend(desk, number, today)
        with committed.process("worker", *WORKER, SMTP_URL=mail.url):
            send_the_thanks_now(desk, clinic)
            wait_until(lambda: mail.taken, seconds=30, what="The thank-you")
        with enter(clinic):
            for number, referral in enumerate(Referral.objects.received().filter(partner=clinic.okafor)):
                close_with_words(desk, number, referral)
        ask_a_question(desk, 0, clinic)
        seen.append(send_and_hear(desk, clinic, 0, today))
        pages = [desk.get(path).content.decode() for path in visited(clinic)]
        pages.append(throw_away_and_look_for_it(desk, clinic))
        assert desk.get(reverse("print:today")).content.startswith(b"%PDF")
    assert any(MARK.search(page) for page in pages), "the pages that may show a name do"
    with enter(clinic):
        assert Patient.objects.count() == PATIENTS + 3
    seen += [address for page in pages for address in addresses(page)]
    log = Path(os.environ["DATA_DIR"], f"{committed.name}-worker.log").read_text()
    places = {
        "mail": [raw.decode() for raw in mail.taken],
        "the log": [*caplog.messages, log],
        "URLs": seen,
        "the broker": broker,
        "sessions": list(sessions()),
        **dump_by_table(committed),
    }
    assert len(mail.taken) == 1 and broker and len(seen) > 50
    for place, texts in places.items():
        for text in texts:
            found = MARK.search(text) or BORN in text or MARK.search(unpacked(text))
            assert not found, f"a patient's mark stands in {place}: {text[:400]}"


def dump_by_table(committed):
    tables = {}
    for table, row in dump(committed):
        tables.setdefault(f"table {table}", []).append(row)
    return tables


def unpacked(text):
    """``text`` with anything in base64 that stands in it opened: broker messages hide their body so."""
    opened = []
    for packed in re.findall(r"[A-Za-z0-9+/]{16,}={0,2}", text):
        try:
            opened.append(base64.b64decode(packed, validate=True).decode("latin-1"))
        except (binascii.Error, ValueError):
            continue
    return " ".join(opened)


def send_the_thanks_now(desk, clinic):
    with enter(clinic):
        messages = list(Message.objects.filter(state__in=[MessageState.PENDING, MessageState.HELD]))
    assert len(messages) == 1, "one note for all of the patients"
    desk.post(reverse("outreach:decide", args=[messages[0].pk, "send-now"]), {"version": messages[0].version})


def visited(clinic):
    with enter(clinic):
        referrals = [
            reverse("referrals:detail", args=[pk]) for pk in Referral.objects.values_list("pk", flat=True)
        ]
    names = [
        "front:today",
        "referrals:list",
        "referrals:log_many",
        "partners:list",
        "referrals:advice",
        "outreach:messages",
        "audit:list",
    ]
    return [*map(reverse, names), *referrals]
