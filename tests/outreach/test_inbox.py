"""The local inbox shows a practice its own letters and nobody else's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from outreach import mail
from outreach.views import inbox as inbox_page
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
        offers_opt_out=True,
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


def keys_on(page):
    return [letter.key for letter, _ in page.context["letters"]]


def test_two_practices_see_only_their_own_of_a_mixed_folder(riverside, northgate, as_person, alice):
    nora = factories.person("Nora North", practice=northgate)
    ours, theirs = [], []
    for _ in range(3):
        ours.insert(0, delivered(riverside))
        with enter(northgate):
            theirs.insert(0, delivered(northgate))
    address = reverse("outreach:inbox")
    assert keys_on(as_person(alice).get(address)) == ours
    assert keys_on(as_person(nora).get(address)) == theirs
    for person, mine, not_mine in ((alice, ours, theirs), (nora, theirs, ours)):
        client = as_person(person)
        statuses = [client.get(reverse("outreach:letter", args=[key])).status_code for key in mine + not_mine]
        assert statuses == [200] * 3 + [404] * 3


def test_paging_shows_each_letter_once_and_passes_over_others(
    riverside, northgate, as_person, alice, monkeypatch
):
    monkeypatch.setattr(inbox_page, "PAGE", 2)
    monkeypatch.setattr(inbox_page, "LOOKED_AT", 4)
    ours = [delivered(riverside) for _ in range(5)][::-1]
    with enter(northgate):
        for _ in range(5):
            delivered(northgate)
    client, address = as_person(alice), reverse("outreach:inbox")
    page, pages = client.get(address), []
    assert "None of these are yours" in page.content.decode()
    while older := page.context["older"]:
        page = client.get(address, {"before": older})
        pages.append(keys_on(page))
    assert sum(pages, []) == ours
    assert max(map(len, pages)) == 2


def test_the_list_needs_no_more_queries_for_more_letters(riverside, as_person, alice):
    client, address = as_person(alice), reverse("outreach:inbox")
    client.get(address)  # the session's first request writes it
    counts = []
    for letters in (1, 9):
        for _ in range(letters):
            delivered(riverside)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_a_letter_that_is_not_ours_is_not_shown(riverside, as_person, alice):
    key = inbox.put(b"Subject: hello\r\n\r\nfrom elsewhere", sender="", recipients=[])
    client = as_person(alice)
    assert client.get(reverse("outreach:inbox")).status_code == 200
    assert client.get(reverse("outreach:letter", args=[key])).status_code == 404


@pytest.mark.parametrize("key", ["x", "..", "0" * 37])
def test_what_is_no_key_is_not_found(riverside, as_person, alice, key):
    assert as_person(alice).get(f"/outreach/inbox/{key}/").status_code == 404
