"""Details a referral came without: asked for, waited for on Today, and here in the end."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from partners.models import Contact
from referralcrm.audit.models import AuditEvent
from referrals.models import DetailsRequest
from tests import factories
from tests.referrals.conftest import TUESDAY


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def referral(okafor, kim):
    return factories.referral(partner=okafor, patient=kim, happened_on=TUESDAY - timedelta(days=3))


@pytest.fixture
def ask(desk, referral):
    """``ask(missing=["phone"])`` sends the form about the referral."""

    def send(**typed):
        typed = {"missing": ["phone", "imaging"], "asked_on": TUESDAY.isoformat()} | typed
        return desk.post(reverse("referrals:ask", args=[referral.pk]), typed)

    return send


def today(desk):
    return desk.get(reverse("front:today")).content.decode()


def test_what_is_missing_is_kept_with_whom_we_asked_and_stands_on_today(ask, desk, referral, okafor, alice):
    jo = Contact.objects.create(partner=okafor, name="Jo at the desk")
    response = ask(words="The MRI of the left knee", contact=jo.pk)
    assert response["Location"] == referral.get_absolute_url()
    asked = DetailsRequest.objects.get()
    assert (asked.missing, asked.words) == (["imaging", "phone"], "The MRI of the left knee")
    assert (asked.contact, asked.asked_by, asked.asked_on, asked.answered_on) == (jo, alice, TUESDAY, None)
    assert "Jo at the desk was asked" in today(desk)
    assert AuditEvent.objects.get(verb="asked for details").changed == ["imaging", "phone"]


def test_nothing_missing_is_said_at_the_field(ask):
    response = ask(missing=[])
    assert "Choose what is missing" in str(response.context["form"].errors["missing"])


def test_a_contact_of_another_office_cannot_be_chosen(ask):
    other = Contact.objects.create(partner=factories.partner("Dr Lind"), name="Not theirs")
    assert "contact" in ask(contact=other.pk).context["form"].errors


@pytest.mark.parametrize("day", [TUESDAY + timedelta(days=1), TUESDAY - timedelta(days=4)])
def test_a_day_that_cannot_be_is_said_at_the_field(ask, day):
    assert "asked_on" in ask(asked_on=day.isoformat()).context["form"].errors


def test_where_nobody_sent_the_patient_nobody_can_be_asked(desk, kim):
    alone = factories.referral(patient=kim)
    type(alone).objects.filter(pk=alone.pk).update(source="self", partner=None)
    response = desk.post(reverse("referrals:ask", args=[alone.pk]), {"missing": ["phone"]})
    assert "Say first who sent the patient" in response.content.decode()


def test_the_answer_takes_it_from_today_and_undo_brings_it_back(ask, desk, referral):
    ask()
    asked = DetailsRequest.objects.get()
    at = reverse("referrals:details", args=[asked.pk])
    response = desk.post(at, {"act": "answer", "version": 1, "next": "/"}, headers={"HX-Request": "true"})
    asked.refresh_from_db()
    assert asked.answered_on == TUESDAY
    assert "was asked <" not in today(desk)
    undo = f"{at}?act=reopen"
    assert undo in response["HX-Trigger"]
    desk.post(undo)
    asked.refresh_from_db()
    assert asked.answered_on is None


def test_two_people_do_not_overwrite_each_other(ask, desk):
    ask()
    asked = DetailsRequest.objects.get()
    at = reverse("referrals:details", args=[asked.pk])
    for version in (1, 1):
        desk.post(at, {"act": "answer", "version": version})
    asked.refresh_from_db()
    assert asked.version == 2


def test_the_list_finds_those_that_wait(ask, desk, referral):
    factories.referral()
    ask()
    rows = desk.get(reverse("referrals:list"), {"paper": "details"}).context["page"].object_list
    assert [row.pk for row in rows] == [referral.pk]


def test_the_request_on_paper_names_the_patient_and_reading_it_is_audited(ask, desk, referral, okafor):
    ask(words="The MRI")
    asked = DetailsRequest.objects.get()
    response = desk.get(reverse("referrals:request_letter", args=[asked.pk]))
    pages = PdfReader(io.BytesIO(response.content)).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for words in ("Kim Moreau, born 8 Mar 1971", "Dr Adaeze Okafor", "imaging or findings", "The MRI"):
        assert words in text
    assert AuditEvent.objects.filter(verb="read", note="referrals:request_letter").exists()


def test_the_words_are_sealed_and_in_no_title_or_audit(ask):
    ask(words="The MRI of the left knee")
    row = DetailsRequest.objects.values().get()
    assert b"MRI" not in bytes(row["words_sealed"])
    assert "MRI" not in str(list(AuditEvent.objects.values()))
