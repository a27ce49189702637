"""The letter that goes with a patient we send: what it begins with, says, and needs before it goes."""

import pytest
from django.urls import reverse

from partners.actions import add_paperwork
from referralcrm.core.refused import Refused
from referrals.actions import consents, deliveries, enclose, reports, tick
from referrals.actions.reports.page import page_of
from referrals.models import Report
from referrals.models.report_parts import kinds_for
from referrals.states import ConsentScope, ConsentTo, DeliveryChannel
from referrals.views.letters import covering_letter
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


def test_the_checklist_stands_in_the_letter_and_in_the_covering_one(letter, sent, alice, bea):
    tick(sent, sent.partner.paperwork.get(what="X-ray on CD"), by=alice, state="enclosed")
    enclose(sent, by=alice, words="MRI of 3 May")
    final = reports.finalise(letter, by=bea)
    text = " ".join(words(reports.pdf_of(final)).split())
    for said in ("Referral letter", "Why we refer", "Urgent.", "Enclosed – X-ray on CD – MRI of 3 May"):
        assert said in text, said
    assert "To follow – Insurance form B" in text
    page = covering_letter(final, sent.partner, by=bea)
    assert page["after"] == [
        "Enclosed: Referral letter 1, X-ray on CD, MRI of 3 May",
        "To follow: Insurance form B",
    ]
    other = factories.partner("Dr Lind")
    assert (
        page_of(final)["to_follow"]
        and "Enclosed: Referral letter 1" in covering_letter(final, other, by=bea)["after"]
    )


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
