"""Two hundred hostile names stand on pages and in mail exactly as they were typed; files are elsewhere."""

import email
from email import policy

import pytest
from django.urls import reverse
from django.utils.html import escape

from outreach.mail import compose, thanks
from outreach.models import Rule
from outreach.states import RuleKind
from partners.forms import PartnerForm
from partners.models import Partner
from tests import factories
from tests.exchange.hostile import NAMES


def test_there_are_two_hundred_and_a_form_takes_each(riverside, charlie):
    assert len(set(NAMES)) == len(NAMES) >= 200
    for name in NAMES:
        field = PartnerForm.base_fields["name"]
        assert field.clean(name) == name, name


def test_each_stands_in_the_list_as_it_is(charlie, as_person):
    for name in NAMES:
        factories.partner(name)
    client, seen = as_person(charlie), ""
    pages = client.get(reverse("partners:list")).context["page"].paginator.num_pages
    for number in range(1, pages + 1):
        seen += client.get(reverse("partners:list"), {"page": number}).content.decode()
    assert [name for name in NAMES if f">{escape(name)}<" not in seen] == []
    assert "<script>alert" not in seen and "<img src=x" not in seen


@pytest.mark.parametrize("name", NAMES[::25])
def test_some_stand_on_their_own_page(charlie, as_person, name):
    partner = factories.partner(name, notes=name)
    body = as_person(charlie).get(reverse("partners:detail", args=[partner.pk])).content.decode()
    assert escape(name) in body


def test_each_is_greeted_in_a_thank_you_as_it_is(riverside):
    rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
    wrong = []
    for name in NAMES:
        subject, body = thanks(rule, practice=riverside, partner=Partner(name=name), patients=2)
        raw = compose(
            practice=riverside,
            to="okafor@office.example",
            subject=subject,
            body=body,
            message_id="x",
            offers_opt_out=True,
        )
        mail = email.message_from_bytes(raw, policy=policy.default)
        parts = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
        plain, html = (part.replace("\r\n", "\n") for part in parts)
        if f"Dear {name},\n" not in plain or f"Dear {escape(name)}," not in html:
            wrong.append(name)
        assert set(mail.keys()) <= {
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"
        }  # fmt: skip
    assert wrong == []
