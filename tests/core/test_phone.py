"""Phone numbers as people write them."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from referralcrm.core.phones import _regular, dialled, normalised


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


@given(
    st.sampled_from(
        ["US", "GB", "DE", "FR", "AU", "CA", "IE", "NZ", "CH", "ES", "NL", "IT", "HU", "BR", "IN"]
    ),
    st.sampled_from(["", "0", "1", "+44", "+1", "+49", "+39", "00", "06"]),
    st.integers(10**5, 10**11).map(str),
    st.sampled_from(["{}", "({:.3}) {:.9}", "{} ", "{:.2}-{:.10}"]),
)
def test_the_quick_way_writes_what_the_library_writes(country, prefix, digits, shape):
    text = prefix + shape.format(digits, digits[3:])
    quick = _regular(text, country)
    if quick:
        number = phonenumbers.parse(text, country)
        assert phonenumbers.is_possible_number(number)
        assert quick == phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


@pytest.mark.parametrize(
    "typed, country",
    [("020 7946 0958", "GB"), ("(202) 555-0134", "US"), ("+44 20 7946 0958", "US"), ("030 901820", "DE")],
)
def test_an_ordinary_number_takes_the_quick_way(typed, country):
    assert _regular(typed, country)
