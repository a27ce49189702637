"""The checklist of a referral: who ticked what and when, and what the letter says of it."""

import pytest
from django.urls import reverse

from partners.actions import add_paperwork, change_paperwork, delete_paperwork
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.states import Role
from referrals.actions import enclose, merge_patients, tick
from referrals.models import Enclosure
from referrals.models.checklists import checklist, enclosed_and_to_follow
from tests import factories

XRAY, FORM, DISC = "X-ray on CD", "Insurance form B", "Consent"


@pytest.fixture
def okafor(riverside, alice):
    partner = factories.partner()
    for what, goes_with in ((XRAY, "referral"), (FORM, "both"), (DISC, "report")):
        add_paperwork(partner, by=alice, what=what, goes_with=goes_with)
    return partner


@pytest.fixture
def sent(okafor):
    return factories.referral(partner=okafor, direction="sent")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def line_of(referral, what):
    """The row of the partner's list."""
    return referral.partner.paperwork.get(what=what)


def states(referral):
    found = type(referral).objects.get(pk=referral.pk)
    return {line.what: line.state for line in checklist(found)}


@pytest.mark.parametrize("direction, wanted", [("sent", [XRAY, FORM]), ("received", [FORM, DISC])])
def test_each_direction_has_its_own_lines(okafor, direction, wanted):
    referral = factories.referral(partner=okafor, direction=direction)
    assert states(referral) == dict.fromkeys(wanted, "to_follow")


def test_a_tick_keeps_who_and_when_and_is_taken_back_from_the_toast(sent, desk, alice):
    form = line_of(sent, FORM)
    address = reverse("referrals:tick", args=[sent.pk])
    answer = desk.post(
        address, {"line": form.pk, "state": "enclosed", "version": 0}, headers={"HX-Request": "true"}
    )
    [line] = [line for line in checklist(sent) if line.is_enclosed]
    assert (line.what, line.by) == (FORM, "Alice Adams") and line.at
    assert AuditEvent.objects.filter(verb="ticked", subject_type="enclosure").exists()
    undo = answer["HX-Trigger"].split('"undo": "')[1].split('"')[0]
    desk.post(undo)
    assert states(sent)[FORM] == "to_follow"


def test_two_who_tick_one_line_do_not_overwrite_each_other(sent, alice, bob):
    line = line_of(sent, XRAY)
    tick(sent, line, by=alice, state="enclosed")
    with pytest.raises(Stale):
        tick(sent, line, by=bob, state="left_out")
    assert Enclosure.objects.get().by == alice


def test_a_line_of_another_list_is_refused(sent, alice):
    other = factories.partner("Dr Lind")
    line = add_paperwork(other, by=alice, what="Form C", goes_with="referral")
    for wrong in (line, line_of(sent, DISC)):
        with pytest.raises(Refused, match="not on their checklist"):
            tick(sent, wrong, by=alice, state="enclosed")


def test_what_was_enclosed_stays_when_the_list_changes(sent, alice):
    line = line_of(sent, XRAY)
    tick(sent, line, by=alice, state="enclosed")
    delete_paperwork(line, by=alice)
    assert states(sent)[XRAY] == "enclosed"
    form = line_of(sent, FORM)
    delete_paperwork(form, by=alice)
    assert FORM not in states(sent)
    change_paperwork(line_of(sent, DISC), by=alice, version=1, what="Consent, signed", goes_with="both")
    assert states(sent)["Consent, signed"] == "to_follow"


def test_something_typed_for_the_patient_is_sealed_and_follows_the_patient(sent, desk, alice, bob):
    desk.post(reverse("referrals:goes_with", args=[sent.pk]), {"words": "MRI of 3 May", "state": "enclosed"})
    made = Enclosure.objects.get()
    assert b"MRI" not in bytes(made.words_sealed) and made.words == "MRI of 3 May"
    merge_patients(factories.patient("K. Moreau"), sent.patient, by=alice)
    assert states(sent)["MRI of 3 May"] == "enclosed"


def test_who_may_not_see_patients_reads_no_word_typed_for_one(sent, alice, as_person):
    enclose(sent, by=alice, words="MRI of 3 May")
    auditor = as_person(factories.person("Ada Audit", role=Role.AUDITOR))
    page = auditor.get(sent.get_absolute_url()).content.decode()
    assert "Something for this patient" in page and "MRI of 3 May" not in page


def test_the_letter_says_what_is_there_and_what_follows(sent, alice):
    tick(sent, line_of(sent, XRAY), by=alice, state="enclosed")
    enclose(sent, by=alice, words="MRI of 3 May")
    assert enclosed_and_to_follow(checklist(sent)) == ([XRAY, "MRI of 3 May"], [FORM])
    left_out = factories.referral(partner=sent.partner, direction="sent")
    for what in (XRAY, FORM):
        tick(left_out, line_of(sent, what), by=alice, state="left_out")
    assert enclosed_and_to_follow(checklist(left_out)) == ([], [])


def test_nonsense_is_answered_calmly(sent, desk):
    address = reverse("referrals:tick", args=[sent.pk])
    for data in ({}, {"state": "enclosed"}, {"line": sent.pk, "state": "enclosed"}):
        assert desk.post(address, data).status_code in (302, 404)
    assert desk.post(reverse("referrals:goes_with", args=[sent.pk]), {"words": ""}).status_code == 200
