"""The patient's choice among the partners named to them."""

import pytest

from partners.actions.merges.partners import merge_partners
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.scope import enter
from referrals import actions
from referrals.actions import say_choice, send, update
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


# --- after it was logged


def choice_of(referral):
    return f"/referrals/{referral.pk}/choice/"


def test_the_choice_is_written_down_later_corrected_and_shown(three, kim, alice, as_person):
    anna, bea, cleo = three
    desk, made = as_person(alice), sent(alice, kim, bea)
    page = desk.get(made.get_absolute_url()).content.decode()
    assert "Nobody has said whom the patient could choose among." in page and "Write it down" in page
    typed = {"version": made.version, "add": "Anna Moss", "add_because": "does not take Vivia"}
    desk.post(choice_of(made), typed)
    assert told(made) == [("Anna Moss", False, False), ("Bea Bird", True, False)]
    assert "Cannot refer because: does not take Vivia" in desk.get(made.get_absolute_url()).content.decode()
    typed = {"version": made.version + 1, "named": anna.pk, f"because_{anna.pk.hex}": "", "add": "Cleo Clay"}
    desk.post(choice_of(made), typed | {"own_wish": "on"})
    assert told(made) == [("Anna Moss", False, False), ("Cleo Clay", False, False), ("Bea Bird", True, True)]
    assert "Cannot refer" not in desk.get(made.get_absolute_url()).content.decode()
    desk.post(choice_of(made), {"version": made.version + 2})
    assert told(made) == []


def test_why_not_is_sealed_and_nothing_for_the_public_view(three, kim, alice, as_person):
    anna, bea, _ = three
    made = sent(alice, kim, bea)
    say_choice(made, version=made.version, by=alice, named=[anna], because={anna.pk: "outside her area"})
    offer = Offer.objects.get(partner=anna)
    assert b"outside" not in bytes(offer.because_sealed) and offer.because == "outside her area"
    auditor = factories.person("Otto Audit", role="auditor")
    shown = as_person(auditor).get(made.get_absolute_url()).content.decode()
    assert "Cannot refer because…" in shown and "outside her area" not in shown


def test_nobody_overwrites_what_another_wrote_meanwhile(three, kim, alice, as_person):
    anna, bea, cleo = three
    made = sent(alice, kim, bea)
    say_choice(made, version=made.version, by=alice, named=[anna])
    with pytest.raises(Stale):
        say_choice(made, version=made.version, by=alice, named=[cleo])
    answer = as_person(alice).post(choice_of(made), {"version": made.version, "add": "Cleo Clay"})
    assert "Somebody changed this referral meanwhile" in answer.content.decode()
    assert answer.context["form"]["add"].value() == "Cleo Clay"
    assert told(made)[0] == ("Anna Moss", False, False)


def test_who_is_nobody_we_know_is_said_beside_the_field(three, kim, alice, as_person):
    made = sent(alice, kim, three[0])
    answer = as_person(alice).post(choice_of(made), {"version": made.version, "add": "Nobody"})
    assert answer.context["form"].errors == {"add": ["Choose a partner from the list."]}
    answer = as_person(alice).post(choice_of(made), {"version": made.version, "add_because": "too far"})
    assert answer.context["form"].errors == {"add": ["Say about whom."]}
    assert told(made) == []


def test_a_corrected_partner_needs_no_reason_any_more(three, kim, alice):
    anna, bea, _ = three
    made = sent(alice, kim, bea)
    say_choice(made, version=made.version, by=alice, named=[anna], because={anna.pk: "too far"})
    made.refresh_from_db()
    update(made, version=made.version, by=alice, partner=anna)
    assert not bytes(Offer.objects.get(partner=anna, is_chosen=True).because_sealed)


def test_the_finder_leads_back_to_a_referral_that_is_logged_already(three, kim, alice, as_person):
    anna, bea, cleo = three
    desk, made = as_person(alice), sent(alice, kim, bea)
    page = desk.get("/find/", {"referral": made.pk}).content.decode()
    assert "For a referral that is logged already" in page
    address = f"/referrals/{made.pk}/choice/more/"
    ticked = {"offered": [anna.pk], "cannot": [cleo.pk], f"because-{cleo.pk}": "takes no new patients"}
    answer = desk.post(address, ticked, follow=True)
    assert "2 partners stand with the patient’s choice." in answer.content.decode()
    assert told(made) == [("Anna Moss", False, False), ("Cleo Clay", False, False), ("Bea Bird", True, False)]
    assert Offer.objects.get(partner=cleo).because == "takes no new patients"
    again = desk.post(address, ticked, follow=True)
    assert "They stand there already." in again.content.decode() and len(told(made)) == 3
    undo = f"/referrals/{made.pk}/choice/fewer/?offered={anna.pk}&offered={cleo.pk}"
    desk.post(undo)
    assert told(made) == []


def test_the_finder_asks_nothing_of_the_referral_it_is_for(three, alice, as_person):
    for key in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        found = as_person(alice).post("/find/", {"what": "physio", "referral": key})
        assert found.status_code == 200
    assert "/choice/more/" in found.content.decode()


def test_whoever_was_sent_here_has_no_choice_to_make(three, alice):
    received = factories.referral(partner=three[0])
    with pytest.raises(Refused, match="whom we send"):
        say_choice(received, version=received.version, by=alice, named=[three[1]])
