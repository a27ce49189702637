"""The loopback inbox: a letter that was acknowledged is kept, and only letters can be read."""

import smtplib
import sys
from email.message import EmailMessage

import pytest

from referralcrm.embedded import inbox
from referralcrm.embedded.addresses import inbox_dir
from referralcrm.embedded.datadir import CHECKOUT
from referralcrm.embedded.parts import Parts
from referralcrm.embedded.ports import LOOPBACK, answers, kept_port
from referralcrm.embedded.processes import Part


@pytest.fixture
def server(home):
    """The inbox as a real process."""
    parts = Parts()
    command = [sys.executable, "-m", "referralcrm.embedded.inbox"]
    part = parts.start(Part("inbox", command, {"DATA_DIR": str(home), "PYTHONPATH": str(CHECKOUT)}))
    parts.wait(lambda: answers(kept_port("inbox")), seconds=10, what="The inbox")
    yield part
    parts.stop()


def mail(subject="Thank you", text="For sending us a patient.\n"):
    message = EmailMessage()
    message["From"] = "clinic@example.org"
    message["To"] = "Dr Dora <dora@example.org>"
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message


def test_an_acknowledged_letter_survives_a_kill(server):
    with smtplib.SMTP(LOOPBACK, kept_port("inbox")) as smtp:
        smtp.send_message(mail("Grüße, 谢谢"), from_addr="bounces@example.org")
        server.process.kill()
        (letter,) = inbox.letters(10)
        server.process.wait()
    assert letter.subject == "Grüße, 谢谢"
    assert (letter.envelope_from, letter.envelope_to) == ("bounces@example.org", "dora@example.org")
    assert letter.text == "For sending us a patient.\n"
    assert letter.html.startswith("<p>")
    assert inbox.letter(letter.key).message["To"] == "Dr Dora <dora@example.org>"


def test_an_asked_inbox_ends_quietly(server):
    server.process.terminate()
    assert server.process.wait(timeout=5) == 0
    assert server.log.read_text() == ""


def put(subject):
    return inbox.put(mail(subject).as_bytes(), sender="a@example.org", recipients=["b@example.org"])


def test_the_newest_letter_comes_first_and_pages_follow_on(home):
    keys = [put(f"Letter {number}") for number in range(5)]
    first = inbox.letters(2)
    assert [letter.subject for letter in first] == ["Letter 4", "Letter 3"]
    rest = inbox.letters(10, before=first[-1].key)
    assert [letter.key for letter in rest] == keys[2::-1]


def test_a_letter_half_written_is_not_shown(home):
    put("Whole")
    (inbox_dir() / ("1" * 20 + "-" + "a" * 16 + ".tmp")).write_text("Subject: Half")
    assert [letter.subject for letter in inbox.letters(10)] == ["Whole"]


def test_an_empty_inbox_has_no_letters(home):
    assert inbox.letters(10) == []


NEARLY = "1" * 20 + "-" + "a" * 16


@pytest.mark.parametrize(
    "key",
    ["../stolen", "/{home}/stolen", "note", "", ".", "*", NEARLY, f"{NEARLY}x", f"{NEARLY}\n", f"{NEARLY}\0"],
)
def test_what_is_no_key_of_a_letter_opens_nothing(home, key):
    put("There")
    for path in (
        home / "stolen",
        inbox_dir() / "note",
        inbox_dir() / f"{NEARLY}x",
        inbox_dir() / f"{NEARLY}\n",
    ):
        path.with_name(f"{path.name}.eml").write_text("Subject: not for you\n")
    assert inbox.letter(key.format(home=home)) is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\r\n", b"\xff\xfe\x00", b"Content-Type: text/plain; charset=nonsense\r\n\r\nhello"],
)
def test_a_mangled_mail_is_still_shown(home, content):
    key = inbox.put(content, sender="", recipients=["b@example.org"])
    letter = inbox.letter(key)
    assert isinstance(letter.subject + letter.text + letter.html, str)
