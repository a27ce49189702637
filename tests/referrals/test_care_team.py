"""Who else treats a patient: said once, shown wherever the patient is, and taken back from the trash."""

import pytest

from partners.actions.merges import merge_partners, unmerge_partners
from referralcrm.core.refused import Refused
from referrals.actions import (
    add_clinician,
    bring_clinician_back,
    merge_patients,
    remove_clinician,
    say_none,
    team_of,
)
from referrals.models import CareTeamMember
from referrals.states import CareRole
from tests import factories

GP = CareRole.PRIMARY_CARE


@pytest.fixture
def lind(riverside):
    return factories.partner("Dr Peter Lind")


@pytest.fixture
def referral(okafor, kim):
    return factories.referral(partner=okafor, patient=kim)


def said(patient):
    return [str(member) for member in team_of(patient)]


def test_a_clinician_stands_on_every_referral_of_the_patient(referral, kim, lind, alice):
    add_clinician(factories.referral(patient=kim), by=alice, role=GP, partner=lind)
    assert said(kim) == ["primary care: Dr Peter Lind"]
    assert said(factories.patient("Lee Other")) == []


def test_nobody_is_noted_twice(referral, lind, alice):
    add_clinician(referral, by=alice, role=GP, partner=lind)
    with pytest.raises(Refused, match="Dr Peter Lind is there already"):
        add_clinician(referral, by=alice, role=GP, partner=lind)
    add_clinician(referral, by=alice, role=CareRole.SURGEON, partner=lind)


def test_having_none_can_be_said_until_somebody_is_named(referral, kim, lind, alice):
    assert say_none(referral, by=alice).has_none
    say_none(referral, by=alice)
    assert said(kim) == ["primary care: nobody"]
    add_clinician(referral, by=alice, role=GP, partner=lind)
    assert said(kim) == ["primary care: Dr Peter Lind"]
    with pytest.raises(Refused, match="Remove them first"):
        say_none(referral, by=alice)


def test_a_clinician_can_be_removed_and_fetched_back(referral, kim, lind, alice):
    member = add_clinician(referral, by=alice, role=GP, partner=lind)
    remove_clinician(member, by=alice)
    assert said(kim) == []
    bring_clinician_back(member, by=alice)
    assert said(kim) == ["primary care: Dr Peter Lind"]


def test_two_records_of_one_patient_have_one_team(referral, kim, lind, alice):
    stays = factories.patient("Kim Moreau", record="20418")
    for one in (referral, factories.referral(patient=stays)):
        add_clinician(one, by=alice, role=GP, partner=lind)
    say_none(factories.referral(patient=factories.patient("Lee Other")), by=alice)
    merge_patients(stays, kim, by=alice)
    assert said(stays) == ["primary care: Dr Peter Lind"]
    remove_clinician(team_of(stays)[0], by=alice)
    assert said(stays) == []


def test_a_merged_partner_takes_their_place_and_gives_it_back(referral, kim, lind, charlie):
    add_clinician(referral, by=charlie, role=GP, partner=lind)
    stays = factories.partner("Dr P. Lind")
    merge = merge_partners(stays, lind, choices={}, versions=None, by=charlie)
    assert [member.partner for member in team_of(kim)] == [stays]
    unmerge_partners(merge, by=charlie)
    assert CareTeamMember.objects.get().partner == lind
