"""The letter that goes with a patient we send: what it begins with, says, and needs before it goes."""

import re

import pytest
from django.urls import reverse

from outreach.models import Task
from partners.actions import add_paperwork
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.front.audit_words import in_words
from referrals.actions import consents, deliveries, enclose, reports, tick
from referrals.models import Report
from referrals.models.report_parts import kinds_for
from referrals.states import ConsentScope, ConsentTo, DeliveryChannel
from referrals.views.letters import covering_letter, fax_sheet
from tests import factories
from tests.core.test_print import words

SAID = {
    "asked": "An opinion on surgery.",
    "history": "Two injections.",
    "treatment": "Six weeks of exercise.",
}


@pytest.fixture
def bea(riverside):
    return factories.person("Dr Bea Brandt", role="clinician", sees_patients=True)


@pytest.fixture
def sent(riverside, alice):
    okafor = factories.partner(treating_provider=True)
    for what in ("X-ray on CD", "Insurance form B"):
        add_paperwork(okafor, by=alice, what=what, goes_with="referral")
    return factories.referral(partner=okafor, direction="sent", reason="A knee that locks", urgency="urgent")


@pytest.fixture
def letter(sent, bea):
    draft = reports.start(sent, kind="referral_letter", by=bea)
    texts = draft.content["texts"] | SAID
    return reports.save(draft, by=bea, content={"texts": texts, "not_applicable": ["medicines", "measures"]})


def test_it_begins_with_what_the_referral_says_already(sent, bea):
    draft = reports.start(sent, kind="referral_letter", by=bea)
    assert draft.content["texts"] == {"reason": "A knee that locks", "urgency": "Urgent."}
    assert "What we ask of you" in reports.missing_parts(draft) and draft.obligation is None


def test_each_direction_has_its_own_kinds(sent):
    assert kinds_for(sent) == ["referral_letter"]
    assert "referral_letter" not in kinds_for(factories.referral())


def test_one_press_begins_it(sent, bea, as_person):
    desk = as_person(bea)
    assert "Write the letter" in desk.get(sent.get_absolute_url()).content.decode()
    answer = desk.post(reverse("referrals:start_report", args=[sent.pk]), {"kind": "referral_letter"})
    assert answer["Location"] == reverse("referrals:write_report", args=[Report.objects.get().pk])


def test_the_covering_letter_says_the_checklist_as_it_is_ticked_now(letter, sent, alice, bea):
    """What is signed does not change any more, so that it says nothing that a later tick would belie."""
    xray = sent.partner.paperwork.get(what="X-ray on CD")
    enclose(sent, by=alice, words="MRI of 3 May")
    final = reports.finalise(letter, by=bea)
    text = " ".join(words(reports.pdf_of(final)).split())
    for said in ("Referral letter", "Why we refer", "Urgent."):
        assert said in text, said
    assert not any(said in text for said in ("X-ray", "MRI of 3 May", "To follow"))
    assert covering_letter(final, sent.partner, by=bea)["after"] == [
        "Enclosed: Referral letter 1, MRI of 3 May",
        "To follow: X-ray on CD, Insurance form B",
    ]
    tick(sent, xray, by=alice, state="enclosed")
    afterwards = Report.objects.with_all().get(pk=final.pk)
    assert covering_letter(afterwards, sent.partner, by=bea)["after"] == [
        "Enclosed: Referral letter 1, X-ray on CD, MRI of 3 May",
        "To follow: Insurance form B",
    ]
    other = factories.partner("Dr Lind")
    assert covering_letter(final, other, by=bea)["after"] == ["Enclosed: Referral letter 1"]


def test_a_letter_is_called_a_letter_wherever_it_stands(letter, sent, alice, bea, as_person):
    desk = as_person(bea)
    sign = reverse("referrals:finalise_report", args=[letter.pk])
    typed = {f"text_{name}": text for name, text in letter.content["texts"].items()}
    left_out = {"leave_medicines": "on", "leave_measures": "on", "rows": 3}
    signed = desk.post(sign, typed | left_out | {"version": letter.version}, follow=True)
    final = Report.objects.final().get()
    consents.give(sent, by=alice, scope=[ConsentScope.REFERRAL], to=ConsentTo.PARTNER, partner=sent.partner)
    by_post = deliveries.send(final, partner=sent.partner, channel=DeliveryChannel.POST, by=alice)
    pages = [
        signed,
        *(desk.get(page) for page in (f"{final.get_absolute_url()}send/", sent.get_absolute_url())),
    ]
    for page in pages:
        text = page.content.decode()
        assert re.search(r"[Ll]etter 1\b", text) and not re.search(r"[Rr]eport 1\b", text), page.request
    assert "Signed. Letter 1 is final." in signed.content.decode()
    assert fax_sheet(by_post, by=bea)["subject"] == "A letter for the clinician named above"
    assert Task.objects.get().title == f"Post a letter to {sent.partner}"
    assert "letter-1.pdf" in desk.get(f"{final.get_absolute_url()}pdf/")["Content-Disposition"]


def test_the_audit_log_says_which_of_the_two_a_document_is(letter, sent, bea, alice):
    final = reports.finalise(letter, by=bea)
    consents.give(sent, by=alice, scope=[ConsentScope.REFERRAL], to=ConsentTo.PARTNER, partner=sent.partner)
    deliveries.send(final, partner=sent.partner, channel=DeliveryChannel.BY_HAND, by=alice)
    factories.report(by=bea)
    said = [line.sentence for line in in_words(list(AuditEvent.objects.order_by("id")))]
    for sentence in (
        "Dr Bea Brandt finalised a letter",
        "Alice Adams sent a letter to a partner",
        "Dr Bea Brandt started a report",
    ):
        assert sentence in said


def test_it_goes_only_with_consent_to_referral_letters(letter, sent, alice, bea):
    final = reports.finalise(letter, by=bea)
    by_hand = {"partner": sent.partner, "channel": DeliveryChannel.BY_HAND, "by": alice}
    with pytest.raises(Refused, match="not agreed yet"):
        deliveries.send(final, **by_hand)
    consents.give(sent, by=alice, scope=[ConsentScope.REPORT], to=ConsentTo.PARTNER, partner=sent.partner)
    with pytest.raises(Refused, match="not agreed yet"):
        deliveries.send(final, **by_hand)
    consents.give(sent, by=alice, scope=[ConsentScope.REFERRAL], to=ConsentTo.PARTNER, partner=sent.partner)
    assert deliveries.send(final, **by_hand).sent_at
