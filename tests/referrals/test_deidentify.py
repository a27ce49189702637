"""A text that tells who the patient is is found out, with the words that do."""

from datetime import date

import pytest

from referrals.actions import merge_patients
from referrals.actions.deidentify import identifiers_in
from tests import factories


@pytest.fixture
def anna(riverside, okafor):
    anna = factories.patient("Anna-Maria O’Brien", born="1971-03-08", record="20417")
    factories.referral(partner=okafor, patient=anna, happened_on=date(2026, 11, 2))
    return anna


@pytest.mark.parametrize(
    "text, words, what",
    [
        ("We are proud of O’Brien.", "O’Brien", "a name"),
        ("We are proud of O'BRIEN'S work.", "O'BRIEN'S", "a name"),
        ("maria walks again", "maria", "a name"),
        ("An\u200bna walks again", "Anna", "a name"),
        ("A.M.O. walks again", "A.M.O", "initials"),
        ("A. O’B. walks again", "A. O", "initials"),
        ("AO walks again", "AO", "initials"),
        ("Born in 1971", "1971", "the year of birth"),
        ("since 8/3", "8/3", "a day of theirs"),
        ("since 2.11.", "2.11", "a day of theirs"),
        ("on 8 March", "8 March", "a date"),
        ("on March 8th, that is", "March 8th", "a date"),
        ("on 12.05.2024", "12.05.2024", "a date"),
        ("on 2024-05-12", "2024-05-12", "a date"),
        ("Number 20 417", "20 417", "the record number"),
        ("Call 07700 900 812", "07700 900 812", "a long number"),
        ("Write to a@b.example", "a@b.example", "an e-mail address"),
    ],
)
def test_what_gives_the_patient_away_is_found(anna, text, words, what):
    found = identifiers_in(text, anna)
    assert (words, what) in {(one.words, one.what) for one in found}


@pytest.mark.parametrize(
    "text",
    [
        "She came in unable to lift a cup and went home lifting a grandchild.",
        "From 3/10 to 9/10 in 12 weeks; blood pressure 120/80; 6 visits in March.",
        "They were seen within 2 days and walked 10,000 steps by May.",
        "",
    ],
)
def test_what_could_be_anybody_is_let_through(anna, text):
    assert identifiers_in(text, anna) == []


def test_the_names_of_a_merged_record_count_too(anna, alice):
    other = factories.patient("Anna Kowalska", record="20999")
    merge_patients(anna, other, by=alice)
    assert [one.words for one in identifiers_in("Mrs Kowalska is well", anna)] == ["Kowalska"]


def test_names_without_spaces_are_found_within_a_text(riverside):
    wei = factories.patient("王伟", record="W1")
    assert [one.what for one in identifiers_in("我们的病人王伟好多了", wei)] == ["a name"]
