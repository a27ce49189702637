"""The local inbox shows a practice its own letters and nobody else's."""

import pytest
from django.urls import reverse

from outreach import mail
from referralcrm.embedded import inbox
from referralcrm.practice.scope import enter
from tests import factories


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(inbox, "inbox_dir", lambda: tmp_path)


def delivered(practice, body="Dear you"):
    message = factories.message(body=body)
    content = mail.compose(
        practice=practice,
        to="jo@office.example",
        subject="Thank you",
        body=body,
        message_id=message.message_id,
        to_partner=True,
    )
    return inbox.put(content, sender="clinic@here.example", recipients=["jo@office.example"])


def test_a_letter_is_listed_and_read(riverside, as_person, alice):
    key = delivered(riverside, "Dear <b>you</b>")
    client = as_person(alice)
    assert "jo@office.example" in client.get(reverse("outreach:inbox")).content.decode()
    page = client.get(reverse("outreach:letter", args=[key])).content.decode()
    assert "Dear &lt;b&gt;you&lt;/b&gt;" in page and "<iframe" in page and "sandbox" in page
    letter = client.get(reverse("outreach:letter_html", args=[key]))
    assert "Dear &lt;b&gt;you" in letter.content.decode()
    assert "sandbox" in letter["Content-Security-Policy"]


def test_letters_of_another_practice_are_not_there(riverside, northgate, as_person, alice):
    with enter(northgate):
        key = delivered(northgate)
    client = as_person(alice)
    assert "No letters yet" in client.get(reverse("outreach:inbox")).content.decode()
    for name in ("outreach:letter", "outreach:letter_html"):
        assert client.get(reverse(name, args=[key])).status_code == 404


def test_a_letter_that_is_not_ours_is_not_shown(riverside, as_person, alice):
    key = inbox.put(b"Subject: hello\r\n\r\nfrom elsewhere", sender="", recipients=[])
    client = as_person(alice)
    assert client.get(reverse("outreach:inbox")).status_code == 200
    assert client.get(reverse("outreach:letter", args=[key])).status_code == 404


@pytest.mark.parametrize("key", ["x", "..", "0" * 37])
def test_what_is_no_key_is_not_found(riverside, as_person, alice, key):
    assert as_person(alice).get(f"/outreach/inbox/{key}/").status_code == 404
