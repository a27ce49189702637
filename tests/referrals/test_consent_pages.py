"""Consent and the care team on the pages of a referral."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse

from partners.models import Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.states import Role
from referrals.actions import consents
from referrals.models import Attachment, CareTeamMember, Consent
from referrals.states import ConsentScope, ConsentTo
from tests import factories
from tests.core.test_content import PDF
from tests.referrals.conftest import TUESDAY


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def referral(okafor, kim):
    return factories.referral(partner=okafor, patient=kim)


def at(name, row, query=""):
    return reverse(f"referrals:{name}", args=[row.pk]) + query


def agreed(**said):
    usual = {"scope": "report", "to": "other_side", "given_how": "spoken", "given_on": TUESDAY.isoformat()}
    return usual | said


def page(desk, referral):
    return desk.get(referral.get_absolute_url()).content.decode()


def test_the_gate_leads_to_the_form_and_back(desk, referral, kim, okafor):
    lacking = consents.problem(kim, okafor, what=ConsentScope.REPORT)
    banner = render_to_string(
        "referrals/parts/problem.html", {"problem": lacking, "referral": referral, "next": "/referrals/?q=1"}
    )
    query = f"?what=report&amp;partner={okafor.pk}&amp;next=%2Freferrals%2F%3Fq%3D1"
    assert at("consent", referral, query) in banner
    assert reverse("partners:treating", args=[okafor.pk]) in banner
    answer = desk.post(at("consent", referral, query.replace("&amp;", "&")), agreed(treating="on"))
    assert answer["Location"] == "/referrals/?q=1"
    okafor.refresh_from_db()
    assert consents.problem(kim, okafor, what=ConsentScope.REPORT) is None


def test_the_form_never_leads_elsewhere(desk, referral):
    answer = desk.post(at("consent", referral, "?next=//evil.example/"), agreed())
    assert answer["Location"] == referral.get_absolute_url()


def test_the_form_begins_with_what_was_asked_for(desk, referral):
    lind = factories.partner("Dr Peter Lind")
    form = desk.get(at("consent", referral, f"?what=story&partner={lind.pk}")).context["form"]
    shown = {name: form[name].value() for name in ("scope", "to", "partner_text", "until")}
    assert shown == {
        "scope": ["story"],
        "to": ConsentTo.PARTNER,
        "partner_text": "Dr Peter Lind",
        "until": TUESDAY + timedelta(days=365),
    }
    assert form["treating"].label == "Dr Peter Lind treats the patient and may receive reports"


def test_a_partner_who_is_not_known_yet_can_be_named(desk, referral):
    named = agreed(to="partner", partner_text="Dr New Surgeon", partner="new")
    desk.post(at("consent", referral), named)
    assert Consent.objects.get().partner == Partner.objects.get(name="Dr New Surgeon")


def test_an_unclear_name_is_asked_about_and_nothing_is_kept(desk, referral):
    for name in ("Dr Ann Lind", "Dr Bo Lind"):
        factories.partner(name)
    form = desk.post(at("consent", referral), agreed(to="partner", partner_text="Lind")).context["form"]
    assert form.asks_which and "Which one" in form.errors["partner_text"][0]
    assert not Consent.objects.exists()


def test_a_name_beside_another_choice_is_an_error(desk, referral):
    form = desk.post(at("consent", referral), agreed(partner_text="Dr Lind")).context["form"]
    assert "empty the name" in form.errors["to"][0]


def test_the_signed_paper_is_kept_with_the_referral(desk, referral):
    desk.post(at("consent", referral), agreed(file=SimpleUploadedFile("scan.pdf", PDF), given_how="written"))
    assert Consent.objects.get().paper == Attachment.objects.get(kind="consent")
    assert "the signed form" in page(desk, referral)


def test_it_says_what_to_whom_until_when_and_how(desk, referral):
    until = TUESDAY + timedelta(days=14)
    desk.post(at("consent", referral), agreed(until=until.isoformat(), words="Not to my employer"))
    shown = page(desk, referral)
    for said in (
        "ends in 14 days",
        "<b>Reports</b> to Dr Adaeze Okafor",
        "Until 8 Dec 2026",
        "spoken, 24 Nov 2026, recorded by Alice Adams",
        "“Not to my employer”",
    ):
        assert said in shown


def test_the_words_are_for_those_who_see_patients(referral, as_person, alice):
    consents.give(referral, by=alice, scope=["report"], to="other_side", words="Not to my employer")
    auditor = as_person(factories.person("Ann Auditor", role=Role.AUDITOR))
    shown = auditor.get(referral.get_absolute_url()).content.decode()
    assert "Reports" in shown and "employer" not in shown


def test_withdrawing_says_what_it_cannot_do_and_can_be_taken_back(desk, referral, alice):
    given = consents.give(referral, by=alice, scope=["report"], to="other_side")
    desk.post(at("withdraw_consent", given), {"version": given.version})
    shown = page(desk, referral)
    assert "What was read or is on paper cannot be called back" in shown
    undo = at("reinstate_consent", given)
    assert undo in shown and "withdrawn</span>" in shown
    desk.post(undo)
    assert Consent.objects.get().withdrawn_at is None


def test_the_second_of_two_people_is_told(desk, referral, alice):
    given = consents.give(referral, by=alice, scope=["report"], to="other_side")
    desk.post(at("withdraw_consent", given), {"version": given.version + 1})
    assert "Somebody else changed this" in page(desk, referral)
    assert Consent.objects.get().withdrawn_at is None


def test_the_form_to_sign_names_the_patient_and_nothing_else(desk, referral, kim):
    answer = desk.get(at("consent_form", referral))
    assert answer.content.startswith(b"%PDF")
    read = AuditEvent.objects.filter(verb="read").latest("at")
    assert (read.subjects, read.note) == ([str(kim.pk)], "referrals:consent_form")


def test_a_clinician_is_added_removed_and_brought_back(desk, referral):
    new = {"role": "primary_care", "partner_text": "Dr Peter Lind", "partner": "new", "treating": "on"}
    desk.post(at("care_team", referral), new)
    lind = Partner.objects.get(name="Dr Peter Lind")
    assert lind.treating_provider and "Primary care" in page(desk, referral)
    member = CareTeamMember.objects.get()
    desk.post(at("remove_clinician", member))
    shown = page(desk, referral)
    assert "Who else treats the patient?" in shown
    desk.post(reverse("trash:restore", args=["care-team", member.pk]))
    assert "Dr Peter Lind" in page(desk, referral)


def test_that_there_is_none_is_said_in_one_tap_and_taken_back(desk, referral):
    desk.post(at("say_none", referral))
    shown = page(desk, referral)
    assert "No primary-care clinician" in shown
    desk.post(at("remove_clinician", CareTeamMember.objects.get()))
    assert "Who else treats the patient?" in page(desk, referral)


def test_marking_a_treating_provider_has_an_undo(desk, okafor):
    address = reverse("partners:treating", args=[okafor.pk])
    desk.post(address, {"next": "/referrals/"})
    okafor.refresh_from_db()
    assert okafor.treating_provider
    desk.post(f"{address}?treating=no")
    okafor.refresh_from_db()
    assert not okafor.treating_provider
