"""What is agreed with a partner can be taken back after it was changed."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from partners.actions import agree, put_agreement_back
from partners.models import Agreement
from referralcrm.core.refused import Refused, Stale
from referrals.models import Obligation
from tests import factories


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor")


@pytest.fixture
def agreed(okafor, alice):
    return agree(okafor, version=0, by=alice, report_within_days=10, how_to_refer="By fax")


def said():
    return Agreement.objects.values_list("report_within_days", "how_to_refer", "report_by").get()


def test_undo_of_a_change_is_in_the_toast_and_on_the_page(okafor, agreed, alice, as_person):
    desk = as_person(alice)
    typed = {"version": 1, "report_within_days": 3, "report_by": "post"}
    toast = desk.post(reverse("partners:agreement", args=[okafor.pk]), typed, follow=True).content.decode()
    undo = f"{reverse('partners:put_agreement_back', args=[okafor.pk])}?version=2"
    assert undo in toast and said() == (3, "", "post")
    shown = desk.get(reverse("partners:agreement", args=[okafor.pk])).content.decode()
    assert "Before the last change" in shown and "within 10 days" in shown and undo in shown
    desk.post(undo)
    assert said() == (10, "By fax", "")
    desk.post(f"{reverse('partners:put_agreement_back', args=[okafor.pk])}?version=3")
    assert said() == (3, "", "post"), "the undo can be undone"


def test_what_was_saved_unchanged_offers_no_undo(okafor, agreed, alice, as_person):
    typed = {"version": 1, "report_within_days": 10, "how_to_refer": "By fax"}
    page = as_person(alice).post(reverse("partners:agreement", args=[okafor.pk]), typed, follow=True)
    assert "/undo" not in page.content.decode() and Agreement.objects.get().version == 1


def test_the_first_one_can_be_taken_back_to_nothing(okafor, agreed, alice):
    put_agreement_back(okafor, version=1, by=alice)
    assert Agreement.objects.get().lines == []


def test_the_clocks_follow_it_back(okafor, alice, riverside):
    attended = riverside.today() - timedelta(days=1)
    referral = factories.referral(
        partner=okafor, journey="attended", attended_on=attended, happened_on=attended
    )
    Obligation.objects.create(referral=referral, side="us", state="due", due_on=attended)
    agree(okafor, version=0, by=alice, report_within_days=20)
    far = Obligation.objects.get().due_on
    agree(okafor, version=1, by=alice, report_within_days=2)
    assert Obligation.objects.get().due_on < far
    put_agreement_back(okafor, version=2, by=alice)
    assert Obligation.objects.get().due_on == far


def test_what_somebody_changed_since_is_not_taken_back(okafor, agreed, alice, as_person):
    agree(okafor, version=1, by=alice, report_within_days=5)
    with pytest.raises(Stale):
        put_agreement_back(okafor, version=1, by=alice)
    address = f"{reverse('partners:put_agreement_back', args=[okafor.pk])}?version=1"
    assert (
        "Somebody changed what is agreed since"
        in as_person(alice).post(address, follow=True).content.decode()
    )
    assert said()[0] == 5


def test_after_thirty_days_it_is_written_anew(okafor, agreed, alice):
    later = time_machine.travel(timezone.now() + timedelta(days=31))
    with later, pytest.raises(Refused, match="more than 30 days ago"):
        put_agreement_back(okafor, version=1, by=alice)


def test_where_nothing_stood_nothing_is_put_back(okafor, alice):
    with pytest.raises(Refused, match="Nothing stood there"):
        put_agreement_back(okafor, version=0, by=alice)
