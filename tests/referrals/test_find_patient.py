from datetime import date

import pytest

from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.practice.scope import enter
from referrals.actions.patients import change, find_or_make
from referrals.models import Patient
from tests import factories

BORN = date(1971, 3, 8)


def test_a_new_patient_is_made_and_found_again_in_either_spelling(riverside, alice):
    made = find_or_make(by=alice, name="Zoë O'Brien", birth_date=BORN)
    assert find_or_make(by=alice, name="obrien, zoe", birth_date=BORN) == made
    assert find_or_make(by=alice, name="Z. O’Brien", birth_date=BORN) == made
    assert (made.name, made.birth_date) == ("Zoë O'Brien", "1971-03-08")
    assert AuditEvent.objects.get(verb="added").subjects == [str(made.pk)]


def test_the_record_number_alone_finds_a_patient(kim, alice):
    assert find_or_make(by=alice, record_number="20417") == kim
    assert find_or_make(by=alice, record_number=" 204-17", name="Kim Moreau", birth_date=BORN) == kim


def test_a_twin_is_another_patient(kim, alice):
    twin = find_or_make(by=alice, name="Max Moreau", birth_date=BORN)
    assert twin != kim
    assert find_or_make(by=alice, name="Max Moreau", birth_date=BORN) == twin


def test_the_same_name_and_birth_date_with_another_record_number_is_another_patient(kim, alice):
    assert find_or_make(by=alice, name="Kim Moreau", birth_date=BORN, record_number="30000") != kim


def test_what_was_missing_is_added(riverside, alice):
    made = find_or_make(by=alice, name="Kim Moreau", birth_date=BORN)
    find_or_make(by=alice, name="Kim Moreau", birth_date=BORN, record_number="20417")
    assert Patient.objects.get().record_number == "20417"
    assert find_or_make(by=alice, record_number="20417") == made
    event = AuditEvent.objects.get(verb="changed")
    assert event.changed == ["record_number"] and "20417" not in str(event.__dict__)


@pytest.mark.parametrize(
    "typed, field",
    [
        ({"name": "Ruth Adler", "record_number": "20417"}, "record_number"),
        ({"name": "Kim Moreau", "record_number": "20417", "birth_date": date(1980, 1, 1)}, "born"),
        ({"record_number": "99999"}, "patient_name"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(typed, field, kim, alice):
    with pytest.raises(Refused) as refused:
        find_or_make(by=alice, **typed)
    assert refused.value.field == field
    assert "Moreau" not in refused.value.message
    assert Patient.objects.count() == 1


def test_two_patients_who_both_fit_are_told_apart_by_the_record_number(kim, alice):
    other = factories.patient("Kim Moreau", born="1971-03-08", record="555")
    with pytest.raises(Refused, match="record number"):
        find_or_make(by=alice, name="Kim Moreau", birth_date=BORN)
    assert find_or_make(by=alice, name="Kim Moreau", birth_date=BORN, record_number="555") == other


def test_a_renamed_patient_is_found_by_the_new_name_only(kim, alice):
    change(kim, by=alice, name="Kim Adler", birth_date=BORN, record_number="20417")
    assert find_or_make(by=alice, name="Kim Adler", birth_date=BORN) == kim
    assert find_or_make(by=alice, name="Kim Moreau", birth_date=BORN) != kim


def test_a_record_number_cannot_be_taken_from_another_patient(kim, alice):
    ruth = factories.patient("Ruth Adler", record="7")
    with pytest.raises(Refused, match="Another patient") as refused:
        change(ruth, by=alice, name="Ruth Adler", record_number="20417")
    assert refused.value.field == "record_number"


def test_another_practices_patient_is_not_found(northgate, kim, alice):
    with enter(northgate):
        assert find_or_make(by=alice, name="Kim Moreau", birth_date=BORN, record_number="20417") != kim
