"""What a patient allows us to pass on: it covers whom it names, as long as it says, until it is withdrawn."""

from datetime import timedelta

import pytest
import time_machine

from referralcrm.core.refused import Refused, Stale
from referrals.actions import add_clinician, consents, delete, merge_patients, unmerge_patients
from referrals.models import CareTeamMember, Consent
from referrals.signals import consent_withdrawn
from referrals.states import ConsentScope, ConsentTo, Journey
from tests import factories
from tests.referrals.conftest import TUESDAY

REPORT, STORY = ConsentScope.REPORT, ConsentScope.STORY


@pytest.fixture
def lind(riverside):
    return factories.partner("Dr Peter Lind", treating_provider=True)


@pytest.fixture
def referral(okafor, kim):
    okafor.treating_provider = True
    okafor.save()
    return factories.referral(partner=okafor, patient=kim)


@pytest.fixture
def give(referral, alice):
    """``give(to="care_team")`` is a consent to reports that ends in a month."""

    def record(**said):
        said = {"scope": [REPORT], "to": ConsentTo.OTHER_SIDE, "until": TUESDAY + timedelta(days=30)} | said
        return consents.give(said.pop("referral", referral), by=alice, **said)

    return record


def words(patient, partner, what=REPORT, on=None):
    found = consents.problem(patient, partner, what=what, on=on)
    return found.words if found else ""


def test_nothing_goes_before_the_patient_has_agreed(referral, kim, okafor):
    found = consents.problem(kim, okafor, what=REPORT)
    assert found.words == "The patient has not agreed yet to a report to Dr Adaeze Okafor."
    assert (found.lacks_consent, found.lacks_treating) == (True, False)
    with pytest.raises(consents.NotCovered) as refused:
        consents.require(kim, okafor, what=REPORT)
    assert refused.value.problem == found


def test_the_partner_of_the_referral_is_covered_and_nobody_else(give, kim, okafor, lind):
    give()
    consents.require(kim, okafor, what=REPORT)
    assert "Dr Peter Lind" in words(kim, lind)
    assert words(kim, okafor, what=STORY)
    assert words(factories.patient("Lee Other"), okafor)


def test_a_named_partner_is_covered(give, kim, okafor, lind):
    give(to=ConsentTo.PARTNER, partner=lind)
    assert words(kim, lind) == ""
    assert words(kim, okafor)


def test_the_care_team_is_whoever_treats_the_patient(give, referral, kim, okafor, lind, alice):
    give(to=ConsentTo.CARE_TEAM)
    assert words(kim, okafor) == ""
    assert words(kim, lind)
    add_clinician(referral, by=alice, role="surgeon", partner=lind)
    assert words(kim, lind) == ""
    CareTeamMember.objects.update(deleted_at=referral.entered_at)
    assert words(kim, lind)


def test_a_consent_counts_for_the_patient_whichever_referral_it_was_recorded_on(give, kim, okafor, lind):
    give(referral=factories.referral(partner=lind, patient=kim), to=ConsentTo.PARTNER, partner=okafor)
    assert words(kim, okafor) == ""


def test_one_recorded_by_mistake_does_not_count(give, referral, kim, okafor, alice):
    give()
    referral.journey = Journey.ENTERED_IN_ERROR
    referral.save()
    assert words(kim, okafor)
    referral.journey = Journey.REQUESTED
    referral.save()
    assert words(kim, okafor) == ""
    delete(referral, by=alice)
    assert words(kim, okafor)


def test_only_a_treating_provider_gets_what_names_the_patient(give, kim, okafor):
    okafor.treating_provider = False
    okafor.save()
    give(scope=[REPORT, STORY])
    found = consents.problem(kim, okafor, what=REPORT)
    assert found.words == "Dr Adaeze Okafor is not marked as a treating provider."
    assert (found.lacks_consent, found.lacks_treating) == (False, True)
    assert words(kim, okafor, what=STORY) == ""


def test_recording_can_mark_the_recipient_as_treating_too(give, kim, okafor):
    okafor.treating_provider = False
    okafor.save()
    give(treating=True)
    okafor.refresh_from_db()
    assert words(kim, okafor) == ""


def test_it_covers_its_last_day_and_not_the_next(give, kim, okafor):
    given = give(until=TUESDAY + timedelta(days=14))
    assert given.ends_soon
    assert words(kim, okafor, on=given.until) == ""
    assert words(kim, okafor, on=TUESDAY - timedelta(days=1))
    with time_machine.travel("2026-12-09T10:00:00Z", tick=False):
        said = "The patient’s consent to a report to Dr Adaeze Okafor ended on 8 Dec 2026."
        assert words(kim, okafor) == said
        assert given.is_over and not given.is_current


def test_without_a_last_day_it_holds_until_it_is_withdrawn(give, kim, okafor):
    give(until=None)
    assert words(kim, okafor, on=TUESDAY + timedelta(days=9000)) == ""


def test_a_withdrawal_takes_effect_at_once_and_is_told(give, kim, okafor, alice):
    given, heard = give(), []

    def hear(sender, consent, by, **kwargs):
        heard.append((consent.pk, by, words(kim, okafor)))

    consent_withdrawn.connect(hear)
    consents.withdraw(given, by=alice)
    said = "The patient withdrew their consent to a report to Dr Adaeze Okafor on 24 Nov 2026."
    assert heard == [(given.pk, alice, said)]
    consents.withdraw(given, by=alice)
    assert len(heard) == 1
    with pytest.raises(Refused, match="withdrew"):
        consents.require(kim, okafor, what=REPORT)


def test_a_withdrawal_that_was_a_slip_is_taken_back_for_thirty_days(give, kim, okafor, alice):
    given = consents.withdraw(give(), by=alice)
    consents.reinstate(given, by=alice)
    assert words(kim, okafor) == ""
    given = consents.withdraw(Consent.objects.get(), by=alice)
    with (
        time_machine.travel("2026-12-25T10:00:00Z", tick=False),
        pytest.raises(Refused, match="30 days ago"),
    ):
        consents.reinstate(given, by=alice)


def test_two_people_at_one_consent_are_told(give, alice):
    given = give()
    consents.withdraw(given, by=alice)
    with pytest.raises(Stale):
        consents.reinstate(given, by=alice, version=given.version)


@pytest.mark.parametrize(
    "said, field",
    [
        ({"scope": []}, "scope"),
        ({"given_on": TUESDAY + timedelta(days=1)}, "given_on"),
        ({"until": TUESDAY - timedelta(days=1)}, "until"),
        ({"to": ConsentTo.PARTNER}, "partner_text"),
    ],
)
def test_what_cannot_be_a_consent_is_refused(give, said, field):
    with pytest.raises(Refused) as refused:
        give(**said)
    assert refused.value.field == field


def test_without_a_partner_there_is_nobody_on_the_other_side(give, referral):
    referral.partner, referral.source = None, "self"
    referral.save()
    with pytest.raises(Refused) as refused:
        give()
    assert refused.value.field == "to"


def test_a_consent_follows_its_referral_to_the_record_that_stays(give, referral, kim, okafor, alice):
    given = give(words="Not to my employer")
    stays = factories.patient("Kim Moreau", record="20418")
    done = merge_patients(stays, kim, by=alice)
    assert words(stays, okafor) == ""
    assert Consent.objects.get(pk=given.pk).words == "Not to my employer"
    unmerge_patients(done, by=alice)
    assert words(kim, okafor) == ""
    assert words(stays, okafor)
    assert Consent.objects.get(pk=given.pk).words == "Not to my employer"
