"""Rules and their templates: nothing about a patient can be filled in."""

from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from outreach import mail
from outreach.models import Rule
from outreach.states import Approval, RuleKind
from tests import factories

FILES = sorted(Path(settings.BASE_DIR, "templates/outreach/mail").glob("*.*"))


@pytest.mark.parametrize("file", [f for f in FILES if f.suffix != ".html"], ids=lambda file: file.name)
def test_the_templates_that_are_shipped_pass_the_linter(file):
    assert mail.lint(file.read_text(), RuleKind(file.stem)) == []


@pytest.mark.parametrize(
    "field",
    ["patient_name", "patient", "initials", "dob", "diagnosis", "record_number", "visit_date", "reason"],
)
def test_a_field_about_a_patient_is_refused_with_the_reason(field):
    [problem] = mail.lint(f"Dear {{greeting}}, about {{{field}}}")
    assert "about a patient" in problem and field in problem


def test_an_unknown_field_is_refused_with_those_there_are():
    [problem] = mail.lint("Dear {dear}")
    assert "{greeting}" in problem


@pytest.mark.parametrize("text", ["{", "a } b", "{{greeting}}", "{greeting", "{a{b}"])
def test_a_bracket_that_stands_alone_is_refused(text):
    assert mail.lint(text)


@given(st.text(), st.text())
def test_only_the_fields_of_the_list_are_filled_in(text, value):
    filled = mail.fill(text + "{greeting}{greeting.__class__}", {"greeting": value})
    assert filled.endswith(value + "{greeting.__class__}")


@given(st.text())
def test_a_header_is_one_line_whatever_a_name_says(text):
    line = mail.one_line(text)
    assert len(line.splitlines()) <= 1 and line == line.strip()
    assert not any(ord(sign) < 32 or ord(sign) == 127 for sign in line)


@pytest.mark.parametrize(
    "number, words", [(1, "a patient"), (2, "two patients"), (6, "six patients"), (11, "11 patients")]
)
def test_patients_are_counted_in_words(riverside, number, words):
    rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
    _, body = mail.thanks(rule, practice=riverside, partner=factories.partner(), patients=number)
    assert f"trusting us with {words}." in body


@pytest.mark.parametrize(
    "address", ["", "x", "a@b\r\nBcc: c@d", "a b@c.example", "dé@c.example", "a@" + "x" * 70 + ".example"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises((UnicodeError, ValueError)):
        mail.ascii_address(address)


def test_an_international_domain_travels_in_ascii():
    assert mail.ascii_address("jo@büro.example") == "jo@xn--bro-hoa.example"


@pytest.fixture
def rule(riverside):
    return Rule.objects.get(kind=RuleKind.THANK_YOU)


def values(rule, **changed):
    return {
        "version": rule.version,
        "is_active": "on",
        "approval": Approval.DRAFT,
        "send_at": "16:30",
        "subject": rule.subject,
        "body": rule.body,
    } | changed


def test_a_manager_changes_a_rule(rule, as_person, charlie):
    response = as_person(charlie).post(reverse("outreach:rule", args=[rule.pk]), values(rule))
    assert response.status_code == 302
    rule.refresh_from_db()
    assert (rule.approval, str(rule.send_at), rule.version) == (Approval.DRAFT, "16:30:00", 2)


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"body": "We saw {patient_name}"}, "about a patient"),
        ({"subject": "{diagnosis}"}, "about a patient"),
        ({"send_at": "07:59"}, "between 08:00 and 18:00"),
        ({"send_at": "18:00"}, "between 08:00 and 18:00"),
        ({"body": ""}, "required"),
        ({"body": "x" * 4001}, "at most 4000"),
        ({"approval": "sometimes"}, "valid choice"),
    ],
)
def test_what_a_rule_may_not_say_is_explained_and_the_typing_kept(rule, as_person, charlie, changed, said):
    data = values(rule, subject="My words") | changed
    page = as_person(charlie).post(reverse("outreach:rule", args=[rule.pk]), data).content.decode()
    assert said in page
    assert data["subject"] in page
    rule.refresh_from_db()
    assert rule.version == 1


def test_two_managers_at_once(rule, as_person, charlie):
    client, address = as_person(charlie), reverse("outreach:rule", args=[rule.pk])
    client.post(address, values(rule, subject="First"))
    page = client.post(address, values(rule, subject="Second")).content.decode()
    assert "It now says: First" in page and "Second" in page


def test_the_preview_shows_what_is_typed_and_runs_nothing(rule, as_person, charlie):
    client, address = as_person(charlie), reverse("outreach:rule_preview", args=[rule.pk])
    assert "Dear Dr Okafor" in client.get(address).content.decode()
    response = client.post(address, {"body": "Hello {practice} <script>alert(1)</script>"})
    assert "Hello Riverside Physio &lt;script&gt;" in response.content.decode()
    policy = response["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy


def test_the_digest_has_no_hour_of_its_own(riverside, as_person, charlie):
    digest = Rule.objects.get(kind=RuleKind.DIGEST)
    client, address = as_person(charlie), reverse("outreach:rule", args=[digest.pk])
    page = client.get(address).content.decode()
    assert "send_at" not in page and "approval" not in page
    data = {"version": 1, "is_active": "on", "subject": "Mondays", "body": "Hello {name} {people} {link}"}
    assert client.post(address, data).status_code == 302
    digest.refresh_from_db()
    assert (digest.subject, digest.approval) == ("Mondays", Approval.AUTOMATIC)


def test_only_our_own_addresses_become_links():
    """A partner is called what somebody typed: it must not lead a reader anywhere."""
    ours, theirs = f"{settings.SITE_URL}/from/#abc", "http://elsewhere.example/x"
    html = mail.as_html(f"Dear {theirs} <b>,\n\nthe report is here:\n{ours}\nYours")
    assert f'<a href="{ours}">{ours}</a>' in html
    assert html.count("<a ") == 1
    assert "<b>" not in html
