"""Their report is here: one act attaches it, records it as received and acknowledges it."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from referralcrm.core.refused import Refused
from referrals import actions
from referrals.models import Attachment, Obligation
from referrals.states import Loop
from tests import factories


@pytest.fixture
def owed(alice):
    """The report that Dr Okafor promised about a patient we sent a month ago."""
    day = alice.practice.today() - timedelta(30)
    sent = actions.send(by=alice, patient=factories.patient(), partner=factories.partner(), happened_on=day)
    return Obligation.objects.get(referral=sent)


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def paper(content=factories.PNG):
    return SimpleUploadedFile("report.png", content)


def send_in(desk, owed, **changes):
    address = reverse("referrals:arrived", args=[owed.pk])
    return desk.post(address, {"file": paper(), "version": owed.version, "acknowledged": "on"} | changes)


def test_one_form_does_all_three(owed, desk, alice):
    day = alice.practice.today() - timedelta(1)
    assert send_in(desk, owed, received_on=day).status_code == 302
    attached = Attachment.objects.get()
    owed.refresh_from_db()
    assert (attached.kind, attached.received_on, attached.referral) == ("report", day, owed.referral)
    assert (owed.state, owed.sent_on, owed.acknowledged_on) == (
        Loop.ACKNOWLEDGED,
        day,
        alice.practice.today(),
    )


def test_they_may_not_know_yet_that_we_have_it(owed, desk):
    send_in(desk, owed, acknowledged="")
    owed.refresh_from_db()
    assert (owed.state, owed.acknowledged_on) == (Loop.RECEIVED, None)


def test_a_wrong_file_records_nothing(owed, desk):
    page = send_in(desk, owed, file=paper(b"MZ" + bytes(200)))
    assert page.status_code == 200 and "This is a program" in page.content.decode()
    owed.refresh_from_db()
    assert owed.is_waiting and not Attachment.objects.exists()


def test_the_second_of_two_is_told_and_attaches_nothing_twice(owed, desk):
    send_in(desk, owed)
    page = send_in(desk, owed)
    assert "confirmed by now" in page.content.decode() or "already" in page.content.decode()
    assert Attachment.objects.count() == 1


def test_our_own_report_is_not_taken_in(alice, desk):
    ours = Obligation.objects.create(referral=factories.referral(), side="us")
    assert desk.get(reverse("referrals:arrived", args=[ours.pk])).status_code == 404
    with pytest.raises(Refused, match="ours to send"):
        actions.take_in(ours, by=alice, files=[paper()], acknowledged=True)


def test_the_way_stands_on_the_referral_and_goes_back_to_the_list(owed, desk):
    page = desk.get(owed.referral.get_absolute_url()).content.decode()
    assert reverse("referrals:arrived", args=[owed.pk]) in page
    assert send_in(desk, owed, next="/")["Location"] == "/"
