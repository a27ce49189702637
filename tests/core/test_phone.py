"""Phone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referralcrm.core.phones import dialled, normalised


@pytest.mark.parametrize(
    "typed, country, kept",
    [
        ("020 7946 0958", "GB", "+44 20 7946 0958"),
        ("(020) 7946-0958", "GB", "+44 20 7946 0958"),
        ("+44 20 7946 0958", "US", "+44 20 7946 0958"),
        ("0044 20 7946 0958", "GB", "+44 20 7946 0958"),
        ("02079460958 x12", "GB", "+44 20 7946 0958 x12"),
        ("202 555 0134", "US", "+1 202-555-0134"),
        ("06 12 34 56 78", "FR", "+33 6 12 34 56 78"),
        ("030 901820", "DE", "+49 30 901820"),
        ("06 698 12345", "IT", "+39 06 6981 2345"),
        ("555 0134", "US", "555 0134"),
        ("  ", "GB", ""),
    ],
)
def test_a_number_is_kept_so_that_any_phone_can_dial_it(typed, country, kept):
    assert normalised(typed, country=country) == kept


@pytest.mark.parametrize(
    "typed, said",
    [
        ("12", "too few digits"),
        ("020 7946 0958 1234 5678", "too many digits"),
        ("call reception", "does not look like"),
        ("+999 123456", "no country"),
        ("👩🏽‍⚕️", "does not look like"),
    ],
)
def test_what_is_no_number_is_explained(typed, said):
    with pytest.raises(ValueError, match=said):
        normalised(typed, country="GB")


@pytest.mark.parametrize(
    "kept, link", [("+44 20 7946 0958", "+44-20-7946-0958"), ("555 0134", "5550134"), ("", "")]
)
def test_a_number_can_be_tapped(kept, link):
    assert dialled(kept) == link


@given(st.text(max_size=40) | st.from_regex(r"\+?[0-9 ()./-]{3,20}", fullmatch=True))
def test_a_number_that_was_kept_is_kept_the_same_again(typed):
    try:
        kept = normalised(typed, country="GB")
    except ValueError:
        return
    assert normalised(kept, country="GB") == kept
