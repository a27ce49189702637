"""The patient's choice among the partners named to them."""

import pytest

from partners.actions.merges.partners import merge_partners
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.scope import enter
from referrals import actions
from referrals.actions import send, update
from referrals.models import Offer, Referral
from tests import factories

NEW = "/referrals/new/"


@pytest.fixture
def three(riverside):
    return [factories.partner(name) for name in ("Anna Moss", "Bea Bird", "Cleo Clay")]


@pytest.fixture
def kim(riverside):
    return factories.patient()


def sent(alice, kim, partner, **fields):
    return send(by=alice, patient=kim, partner=partner, happened_on=alice.practice.today(), **fields)


def told(referral):
    offers = Offer.objects.filter(referral=referral).select_related("partner")
    return [(offer.partner.name, offer.is_chosen, offer.own_wish) for offer in offers]


def test_the_offered_and_the_chosen_are_kept_in_order(three, kim, alice):
    anna, bea, _ = three
    made = sent(alice, kim, bea, offered=[anna, bea])
    assert told(made) == [("Anna Moss", False, False), ("Bea Bird", True, False)]
    assert AuditEvent.objects.filter(verb="recorded the choice for", subjects=[str(made.pk)]).exists()


def test_whoever_was_not_named_is_the_patients_own_wish(three, kim, alice):
    anna, bea, cleo = three
    made = sent(alice, kim, cleo, offered=[anna, bea])
    assert told(made)[-1] == ("Cleo Clay", True, True)


def test_an_own_wish_is_kept_without_any_offer_and_nothing_is_kept_without_either(three, kim, alice):
    assert told(sent(alice, kim, three[0], own_wish=True)) == [("Anna Moss", True, True)]
    assert told(sent(alice, kim, three[0])) == []


def test_a_corrected_partner_is_the_one_who_was_chosen(three, kim, alice):
    anna, bea, cleo = three
    made = sent(alice, kim, bea, offered=[anna, bea])
    update(made, version=made.version, by=alice, partner=anna)
    assert told(made) == [("Anna Moss", True, False), ("Bea Bird", False, False)]
    made.refresh_from_db()
    update(made, version=made.version, by=alice, partner=cleo)
    assert told(made)[-1] == ("Cleo Clay", True, True)


def test_the_finders_page_leads_to_the_log_which_records_the_choice(three, alice, as_person):
    anna, bea, cleo = three
    desk = as_person(alice)
    asked = {"direction": "sent", "offered": [anna.pk, cleo.pk, "nonsense"], "partner": bea.pk}
    page = desk.get(NEW, asked)
    assert "Named to the patient: Anna Moss, Cleo Clay" in page.content.decode()
    form = page.context["form"]
    typed = {
        "direction": "sent",
        "partner": form.initial["partner"],
        "partner_text": form.initial["partner_text"],
        "offered": form.initial["offered"],
        "patient_name": "Ruth Adler",
        "born": "1980-05-17",
    }
    response = desk.post(NEW, typed)
    made = Referral.objects.get()
    assert response["Location"] == made.get_absolute_url()
    assert told(made) == [("Anna Moss", False, False), ("Cleo Clay", False, False), ("Bea Bird", True, True)]
    shown = desk.get(made.get_absolute_url()).content.decode()
    assert "The patient’s choice" in shown and "the patient’s own wish" in shown


def test_nobody_of_another_practice_is_named(three, alice, as_person, northgate):
    with enter(northgate):
        theirs = factories.partner("Dr Theirs")
    page = as_person(alice).get(NEW, {"direction": "sent", "offered": theirs.pk})
    assert page.context["form"].offered_partners == []


def test_the_choice_follows_when_two_partners_become_one(three, kim, alice):
    anna, bea, _ = three
    made = sent(alice, kim, bea, offered=[anna, bea])
    merge_partners(three[2], bea, choices={}, versions=(1, 1), by=alice)
    assert ("Cleo Clay", True, False) in told(made)


def test_a_received_referral_knows_no_offer(three, kim, alice):
    words = {"name": "Kim Moreau", "birth_date": None, "record_number": "", "phone": ""}
    made = actions.log(
        by=alice, direction="received", patient=words, partner=three[0], happened_on=alice.practice.today()
    )
    assert told(made) == []
