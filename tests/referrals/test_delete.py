"""A referral logged by mistake: into the trash with its thanks, and back."""

import pytest
from django.urls import reverse

from outreach.models import MessageCause, Task
from partners import actions as partners
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referrals import actions
from referrals.models import Obligation, Referral
from referrals.states import Journey, Loop, Side, Source, Verb
from tests import factories


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor")


@pytest.fixture
def referral(okafor, alice, riverside):
    return receive(okafor, by=alice)


def receive(partner, *, by, patient=None, **fields):
    patient = patient or factories.patient("Kim Moreau")
    return actions.receive(partner=partner, patient=patient, happened_on=by.practice.today(), by=by, **fields)


def test_it_leaves_the_log_and_every_number_and_comes_back_by_undo(referral, alice, as_person):
    browser = as_person(alice)
    page = browser.post(reverse("referrals:delete", args=[referral.pk]), follow=True).content.decode()
    assert f'action="{trash.undo(referral)}"' in page
    assert not Referral.objects.kept().exists() and not Referral.objects.not_deleted().exists()
    assert browser.get(referral.get_absolute_url()).status_code == 410
    browser.post(trash.undo(referral))
    assert Referral.objects.kept().get() == referral


def test_its_thanks_are_taken_back_and_find_a_place_again(referral, alice):
    actions.delete(referral, by=alice)
    cause = MessageCause.objects.get()
    assert cause.withdrawn_at and cause.message.state == "cancelled"
    actions.restore(Referral.objects.get(), by=alice)
    cause.refresh_from_db()
    assert cause.withdrawn_at is None and cause.message.state == "pending"


def test_one_that_was_declined_keeps_its_thanks_taken_back(referral, alice):
    actions.move(referral, Verb.DECLINE, reason="Full", by=alice)
    actions.delete(Referral.objects.get(), by=alice)
    actions.restore(Referral.objects.get(), by=alice)
    assert MessageCause.objects.get().withdrawn_at is not None


def test_a_task_about_it_is_hidden_with_it(alice, riverside):
    referral = receive(None, by=alice, source=Source.UNKNOWN)
    today = riverside.today()
    assert Task.objects.sensible().exists()
    actions.delete(referral, by=alice)
    assert not Task.objects.sensible().exists()
    actions.restore(Referral.objects.get(), by=alice)
    assert Task.objects.sensible().get().due_on >= today


def test_one_that_came_to_something_is_entered_in_error_instead(referral, alice, as_person):
    Referral.objects.update(attended_on=alice.practice.today(), journey=Journey.ATTENDED)
    with pytest.raises(Refused, match="entered in error"):
        actions.delete(referral, by=alice)
    page = as_person(alice).post(reverse("referrals:delete", args=[referral.pk]), follow=True)
    assert "Mark it as entered in error" in page.content.decode()


def test_one_whose_report_was_sent_is_entered_in_error_instead(referral, alice):
    Obligation.objects.update(state=Loop.SENT, sent_on=alice.practice.today(), side=Side.US)
    with pytest.raises(Refused, match="entered in error"):
        actions.delete(referral, by=alice)


def test_the_patient_still_counts_once_when_the_first_of_a_matter_goes_and_comes_back(
    referral, okafor, alice
):
    second = receive(
        factories.partner("Dr Second"), by=alice, patient=referral.patient, same_matter_as=referral
    )
    actions.delete(referral, by=alice)
    assert Referral.objects.kept().one_per_matter().get() == second
    actions.restore(Referral.objects.get(pk=referral.pk), by=alice)
    assert Referral.objects.kept().one_per_matter().count() == 1


def test_it_waits_for_a_partner_who_is_in_the_trash(referral, okafor, alice):
    actions.delete(referral, by=alice)
    partners.delete(okafor, by=alice)
    with pytest.raises(Refused, match="Restore Dr Adaeze Okafor first"):
        actions.restore(Referral.objects.get(), by=alice)


def test_the_trash_names_the_partner_and_never_the_patient(referral, alice, as_person):
    actions.delete(referral, by=alice)
    page = as_person(alice).get("/trash/?kind=referrals").content.decode()
    assert "Received: Dr Adaeze Okafor" in page and "Moreau" not in page
    assert "Moreau" not in as_person(alice).post("/trash/", {"q": "okafor"}).content.decode()
    assert "<b>Received" not in as_person(alice).post("/trash/", {"q": "moreau"}).content.decode()
