"""What may sound blunt in a letter to a colleague is found, and what is kind is left alone."""

import pytest

from referrals.forms.etiquette import flagged


@pytest.mark.parametrize(
    "text, words",
    [
        ("I think you did wrong here.", ["you did wrong"]),
        ("You were wrong.", ["You were wrong"]),
        ("This is your mistake.", ["your mistake"]),
        ("You should have asked first.", ["You should have"]),
        ("you shouldn’t have", ["you shouldn’t have"]),
        ("Why didn’t you call?", ["Why didn’t you"]),
        ("That was your error, and it is OBVIOUSLY too much.", ["your error", "OBVIOUSLY"]),
        ("Really?? You were wrong.", ["??", "You were wrong"]),
        ("This is unacceptable and careless.", ["unacceptable", "careless"]),
        ("We demand an answer immediately!!", ["We demand", "immediately", "!!"]),
        ("We strongly disagree.", ["We strongly disagree"]),
        ("PLEASE ANSWER us", ["PLEASE ANSWER"]),
    ],
)
def test_blunt_and_loud_words_are_found_as_they_stand(text, words):
    assert [flag.words for flag in flagged(text)] == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Would you consider a lower dose of the NSAID? The MRI of 3 March is enclosed.",
        "We were not sure whether the FBC was repeated; you may well have reasons that we do not know.",
        "She asked why the dose did not change. Is it as you wish it to be?",
        "Thank you!",
    ],
)
def test_a_kind_question_is_left_alone(text):
    assert flagged(text) == []


def test_a_phrase_is_named_once_with_a_kinder_way():
    (flag,) = flagged("You must stop. And you must rest.")
    assert flag.words == "You must" and "would you consider" in flag.instead
