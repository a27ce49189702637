"""A thousand marked patients go through the product; no mark may come out anywhere but on the page that asks.

Each patient carries marks in every field that takes a word about a patient; most come in as past referrals,
a few go through every page. Afterwards the mails, the logs of every process, the URLs, what the broker was
told, the cache, the sessions, every page as a stranger sees it and a dump of every table are searched for
them. A model that seals something no patient here has marked makes this red.
"""

import logging
import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from outreach.models import Message
from outreach.states import MessageState
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals import actions
from referrals.actions import deliveries
from referrals.models import AdviceRequest, Attachment, Consent, Patient, Referral, Report, Story
from tests import factories
from tests.committed import wait_until
from tests.core.test_content import PDF
from tests.exchange.bringing import brought_in
from tests.leaks import Ears, addresses, dump_by_table, everything_sealed, sessions, unpacked
from tests.mailserver import MailServer
from tests.practice.cast import one_of_each
from tests.practice.test_permit import URLS, VIEWS

PATIENTS, BY_HAND, RECOMMENDED = 1000, 6, 3
MARK = re.compile(r"qz\d{3}[a-z]|7700.?9008\d\d", re.IGNORECASE)
BORN = "1911-11-11"
HEADER = "direction,happened on,partner,record number,patient,born,reason,journey,attended on\n"
REPORT_PAGES = ["write_report", "keep_report", "enclose", "finalise_report", "document", "cover_letter"]
WORKER = ["celery", "-A", "referralcrm", "worker", "--pool", "solo", "-l", "DEBUG"]


def marked(number, what):
    """A word found nowhere else: "Qz007n" is the name of patient 7."""
    return f"Qz{number:03}{what}"


@pytest.fixture
def clinic(committed):
    practice = factories.practice("Riverside Physio")
    with enter(practice):
        practice.charlie = factories.person("Charlie Clark", practice=practice, role=Role.MANAGER)
        practice.bob = factories.person("Bob Brown", role=Role.CLINICIAN, sees_patients=True)
        practice.okafor = factories.partner(
            "Dr Adaeze Okafor", email="okafor@office.example", treating_provider=True
        )
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
    could_not = {"cannot": clinic.okafor.pk, f"because-{clinic.okafor.pk}": marked(number, "k")}
    assert desk.post(reverse("referrals:name_partners", args=[sent.pk]), could_not).status_code == 302
    said = {"felt": "poor", "words": marked(number, "v")}
    desk.post(reverse("referrals:note_experience", args=[sent.pk]), said)
    desk.post(reverse("referrals:raise_flag", args=[sent.pk]), {"words": marked(number, "x")})
    paper = SimpleUploadedFile(f"{marked(number, 'f')}.pdf", PDF + marked(number, "b").encode())
    came = {"file": paper, "title": marked(number, "t"), "version": report.version, "acknowledged": "on"}
    desk.post(reverse("referrals:arrived", args=[report.pk]), came)
    thanked = desk.post(reverse("outreach:thank_for_report", args=[report.pk]))
    assert thanked.status_code == 302
    with enter(clinic):
        assert Message.objects.filter(rule__kind="report_thanks").count() == 1
        assert sent.offers.get(partner=clinic.okafor).because == marked(number, "k")
        assert sent.experiences.get().words and sent.attachments.count() == 1
        flag = sent.quality_flags.get()
        actions.enclose(sent, words=marked(number, "l"), by=clinic.charlie)
    desk.post(
        reverse("referrals:answer_flag", args=[flag.pk]),
        {"answer": marked(number, "y"), "version": flag.version},
    )
    return answer["Location"]


def throw_away_and_look_for_it(desk, clinic):
    """A marked referral goes into the trash, where its patient's name is typed; the page that answers."""
    with enter(clinic):
        referral = Referral.objects.received().filter(attended_on=None, partner=None).first()
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


def bring_in(clinic, numbers):
    """Past referrals, marked, out of a spreadsheet; two of the patients turn out to be one."""
    rows = "".join(
        f"received,2024-03-08,Dr Adaeze Okafor,{marked(number, 'r')},"
        f"{marked(number, 'g')} {marked(number, 'n')},{BORN},"
        f"Pain since {marked(number, 'a')},attended,2024-03-20\n"
        for number in numbers
    )
    run = brought_in(clinic, HEADER + rows, "referrals")
    assert (run.made, run.bad) == (len(numbers), 0)
    with enter(clinic):
        twice = list(Patient.objects.order_by("-created_at", "-pk")[:2])
        actions.merge_patients(*twice, by=clinic.charlie, theirs=["name"])


def agree_and_tell(desk, number, referral):
    """A consent with words and the signed form, and a story that is kept."""
    form = SimpleUploadedFile(f"{marked(number, 'f')}.pdf", PDF + marked(number, "b").encode())
    consent = {
        "scope": ["report", "story"],
        "to": "other_side",
        "given_how": "written",
        "words": f"Not to {marked(number, 'c')}",
        "file": form,
    }
    story = {"words": f"They {marked(number, 'y')} again"}
    for address, typed in (
        (reverse("referrals:consent", args=[referral.pk]), consent),
        (reverse("outreach:tell_story", args=[referral.pk, "story"]), story),
    ):
        answer = desk.post(address, typed)
        assert answer.status_code == 302, answer.context["form"].errors


def write_a_report(clinic, number, referral):
    """Every place of a report takes a mark, typed and signed by whoever treats; the pages this happens on."""
    desk, words = sign_in(clinic.bob), words_of_a_report(number)
    desk.post(reverse("referrals:start_report", args=[referral.pk]), {"kind": "initial"})
    with enter(clinic):
        draft = Report.objects.get()
    at = {name: reverse(f"referrals:{name}", args=[draft.pk]) for name in REPORT_PAGES}
    kept = desk.post(at["keep_report"], words | {"version": 1}).content.decode()
    assert "Nothing is missing" in kept
    paper = SimpleUploadedFile(f"{marked(number, 'f')}.pdf", PDF + marked(number, "b").encode())
    assert desk.post(at["enclose"], {"file": paper}).status_code == 302
    pages = [kept, *(desk.get(at[name]).content.decode() for name in ("write_report", "enclose"))]
    assert desk.post(at["finalise_report"], words | {"version": 2})["Location"] == at["document"]
    with enter(clinic):
        report = Report.objects.final().get()
        assert len(MARK.findall(str(report.content))) == len(factories.REPORT["texts"]) + 3
    assert desk.get(at["cover_letter"]).content.startswith(b"%PDF")
    return report, [*pages, desk.get(at["document"]).content.decode()]


def words_of_a_report(number):
    """The form of a report with marks in each part, in a measure, and in the covering letter."""
    parts = {
        f"text_{part}": f"{said} {marked(number, 'p')}" for part, said in factories.REPORT["texts"].items()
    }
    measure = {"m0_name": marked(number, "m"), "m0_unit": marked(number, "m")}
    values = {"m0_better": "higher", "m0_baseline": "95", "m0_now": "110", "rows": 1}
    return parts | measure | values | {"cover": marked(number, "j")}


def send_a_report(clinic, desk, report):
    """Its notice on the way, with nothing of it inside."""
    with enter(clinic):
        deliveries.send(report, partner=clinic.okafor, channel="link", by=clinic.bob)
        message = Message.objects.get(rule__kind="report_notice")
    decide = reverse("outreach:decide", args=[message.pk, "send-now"])
    assert desk.post(decide, {"version": message.version}).status_code == 302


def open_the_report(mail):
    """The recipient follows the mails: what is told before and around what they open, and its links."""
    letters = len(mail.taken)
    stranger, [link] = Client(), re.findall(rf"{reverse('portal:door')}#(\S+)", told_in(mail.taken[-1]))
    before = [stranger.get(reverse("portal:door")), stranger.post(reverse("portal:door"), {"link": link})]
    wait_until(lambda: len(mail.taken) > letters, seconds=120, what="The code")
    digits = re.search(r"\b\d{3} ?\d{3}\b", told_in(mail.taken[-1]))[0]
    before.append(stranger.post(reverse("portal:code"), {"link": link, "code": "000 000"}))
    opened = stranger.post(reverse("portal:code"), {"link": link, "code": digits})
    assert opened.status_code == 302, opened.content.decode()
    page = stranger.get(opened["Location"])
    leads_to = addresses(page.content.decode())
    papers = [stranger.get(path) for path in leads_to if "/here/" in path and "/confirm/" not in path]
    assert MARK.search(page.content.decode()) and [paper.status_code for paper in papers] == [200, 200]
    around = [f"{answer.headers} {answer.cookies}" for answer in (opened, page, *papers)]
    return [*(answer.content.decode() for answer in before), *around], leads_to


def told_in(letter):
    """The text of a letter as it travels."""
    return message_from_bytes(letter, policy=default).get_body(("plain",)).get_content()


def pages_of_a_stranger(clinic):
    """Every address there is, about the marked patients where it names a row, as nobody in particular."""
    with enter(clinic):
        rows = one_of_each()
        marked_rows = {"referral": Referral, "attachment": Attachment, "consent": Consent, "story": Story}
        referral = Referral.objects.filter(partner=clinic.okafor, consents__isnull=False).first()
        rows |= {name: str(model.objects.order_by("pk").first().pk) for name, model in marked_rows.items()}
        rows |= {"referral": str(referral.pk), "patient": str(referral.patient_id)}
    for name, view in VIEWS.items():
        if "GET" in view.methods:
            answer = Client().get(URLS[name].address(name, rows))
            yield f"{answer.headers} {answer.content.decode('latin-1')}"


@pytest.mark.slow
def test_no_mark_of_a_patient_leaves_the_page_that_asks_for_it(clinic, committed, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # SQL is logged only when DEBUG is on
    desk, seen = sign_in(clinic.charlie), []
    with MailServer().running() as mail, Ears(settings.CELERY_BROKER_URL).listening() as broker:
        with enter(clinic):
            today = clinic.today() - timedelta(days=1)
        for number in range(BY_HAND):
            seen.append(log_a_referral(desk, number, today))
        for number in range(BY_HAND, BY_HAND + RECOMMENDED):
            recommend(desk, number, today)
        bring_in(clinic, range(BY_HAND + RECOMMENDED, PATIENTS))
        with enter(clinic):
            by_hand = list(Referral.objects.received().filter(partner=clinic.okafor, happened_on=today))
        agree_and_tell(desk, 0, by_hand[0])
        with committed.process("worker", *WORKER, SMTP_URL=mail.url):
            send_the_thanks_now(desk, clinic)
            wait_until(lambda: mail.taken, seconds=120, what="The thank-you")
            report, pages = write_a_report(clinic, 0, by_hand[0])
            send_a_report(clinic, desk, report)
            wait_until(lambda: len(mail.taken) == 2, seconds=120, what="The notice")
            outside, leads_to = open_the_report(mail)
        with enter(clinic):
            for number, referral in enumerate(by_hand[1:], start=1):
                close_with_words(desk, number, referral)
        ask_a_question(desk, 0, clinic)
        seen.append(send_and_hear(desk, clinic, 0, today))
        pages += [desk.get(path).content.decode() for path in visited(clinic, by_hand)]
        pages.append(throw_away_and_look_for_it(desk, clinic))
        assert desk.get(reverse("print:today")).content.startswith(b"%PDF")
    assert any(MARK.search(page) for page in pages), "the pages that may show a name do"
    with enter(clinic):
        assert Patient.objects.count() == PATIENTS
        empty = [name for name, filled in everything_sealed() if not filled]
    assert empty == [], "write something marked there, so that it is looked for"
    outside += pages_of_a_stranger(clinic)
    seen += [*leads_to, *(address for page in pages for address in addresses(page))]
    log = committed.log("worker")
    places = {
        "mail": [raw.decode() for raw in mail.taken],
        "the log": [*caplog.messages, log],
        "URLs": seen,
        "the broker": broker,
        "the cache": [str(kept) for kept in caches["default"]._cache.items()],
        "sessions": list(sessions()),
        "a page for a stranger": outside,
        **dump_by_table(),
    }
    assert len(mail.taken) == 3 and broker and len(seen) > 50 and len(outside) > 100
    for place, texts in places.items():
        for text in texts:
            found = MARK.search(text) or BORN in text or MARK.search(unpacked(text))
            assert not found, f"a patient's mark stands in {place}: {text[:400]}"


def send_the_thanks_now(desk, clinic):
    with enter(clinic):
        messages = list(Message.objects.filter(state__in=[MessageState.PENDING, MessageState.HELD]))
    assert len(messages) == 1, "one note for all of the patients"
    desk.post(reverse("outreach:decide", args=[messages[0].pk, "send-now"]), {"version": messages[0].version})


def visited(clinic, referrals):
    names = [
        "front:today",
        "referrals:list",
        "referrals:log_many",
        "partners:list",
        "referrals:advice",
        "outreach:messages",
        "audit:list",
    ]
    with enter(clinic):
        story = Story.objects.get()
    pages = [reverse("referrals:detail", args=[referral.pk]) for referral in referrals]
    return [*map(reverse, names), *pages, reverse("outreach:story", args=[story.pk])]
