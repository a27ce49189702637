"""Phone numbers: understood as people write them, kept so that any phone can dial them."""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumberFormat, ValidationResult
from phonenumbers.data import _COUNTRY_CODE_TO_REGION_CODE as REGIONS

NO_NUMBER = "This does not look like a phone number. Digits, spaces, + and an extension (x12) are fine."
TOO_SHORT = "This number has too few digits."
TOO_LONG = "This number has too many digits."
NO_COUNTRY = "There is no country with this code."
UNREADABLE = {
    NumberParseException.INVALID_COUNTRY_CODE: NO_COUNTRY,
    NumberParseException.TOO_SHORT_AFTER_IDD: TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: TOO_SHORT,
    NumberParseException.TOO_LONG: TOO_LONG,
}
IMPOSSIBLE = {
    ValidationResult.TOO_SHORT: TOO_SHORT,
    ValidationResult.TOO_LONG: TOO_LONG,
    ValidationResult.INVALID_COUNTRY_CODE: NO_COUNTRY,
}


def normalised(text: str, *, country: str) -> str:
    """The number with its country code, "+44 20 7946 0958"; a local one without area code as typed.

    ``country`` (ISO 3166, two letters) is where a number without a code belongs. Raises ValueError
    with an explanation for people.
    """
    text = text.strip()
    if not text:
        return ""
    if regular := _regular(text, country):
        return regular
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException as error:
        raise ValueError(UNREADABLE.get(error.error_type, NO_NUMBER)) from error
    result = phonenumbers.is_possible_number_with_reason(number)
    if result == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return " ".join(text.split())
    if result != ValidationResult.IS_POSSIBLE:
        raise ValueError(IMPOSSIBLE.get(result, "This number has the wrong length."))
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


NATIONAL = re.compile(r"[(0-9][0-9 ().-]*")
INTERNATIONAL = re.compile(r"\+[1-9][0-9 ().-]*")
GROUP = re.compile(r"\\(\d)")  # as the library's shapes name a part, "\\1 \\2"
SIGNS = str.maketrans("", "", " ().-+")


@dataclass(frozen=True)
class _Plan:
    """What one country's ordinary numbers look like, out of the library's own tables."""

    code: str
    prefix: re.Pattern  # "0" before an area code, not dialled from abroad
    abroad: re.Pattern  # what is dialled before a foreign code
    ordinary: re.Pattern
    lengths: frozenset
    shapes: tuple  # (beginning, all of it, how it is written), the first that fits

    def written(self, digits: str) -> str:
        """A number without prefix and code as people write it, or "" where the library has to think."""
        if len(digits) not in self.lengths or digits[0] == "0" or not self.ordinary.fullmatch(digits):
            return ""
        for beginning, whole, shape in self.shapes:
            if beginning.match(digits) and (parts := whole.fullmatch(digits)):
                return f"+{self.code} {shape.format(*parts.groups(''))}"
        return ""


def _regular(text, country):
    """The number as ``normalised`` writes it, some fifteen times faster, or "" for what is not plain."""
    if NATIONAL.fullmatch(text):
        digits = text.translate(SIGNS)
        plan = _plan(country)
        if plan is None or plan.abroad.match(digits):
            return ""
        if prefix := plan.prefix.match(digits):
            if plan.ordinary.fullmatch(digits) or prefix.lastindex:
                return ""
            digits = digits[prefix.end() :]
        elif digits.startswith(plan.code):
            return ""
        return plan.written(digits) if digits else ""
    if INTERNATIONAL.fullmatch(text):
        digits = text.translate(SIGNS)
        code = next((digits[:size] for size in (1, 2, 3) if int(digits[:size]) in REGIONS), None)
        plan = code and _plan(REGIONS[int(code)][0])
        national = digits[len(code) :] if plan else ""
        return plan.written(national) if national and not plan.prefix.match(national) else ""
    return ""


@lru_cache(maxsize=512)
def _plan(country):
    own = PhoneMetadata.metadata_for_region(country, None)
    if own is None or own.national_prefix_transform_rule:
        return None
    main = PhoneMetadata.metadata_for_region(REGIONS[own.country_code][0], None)
    shapes = [
        (
            re.compile(shape.leading_digits_pattern[-1] if shape.leading_digits_pattern else ""),
            re.compile(shape.pattern),
            GROUP.sub(lambda group: f"{{{int(group[1]) - 1}}}", shape.format),
        )
        for shape in main.intl_number_format or main.number_format
    ]
    return _Plan(
        code=str(own.country_code),
        prefix=re.compile(own.national_prefix_for_parsing or "(?!)"),
        abroad=re.compile(own.international_prefix or "(?!)"),
        ordinary=re.compile(own.general_desc.national_number_pattern),
        lengths=frozenset(own.general_desc.possible_length) & frozenset(main.general_desc.possible_length),
        shapes=tuple(shapes),
    )


def dialled(text: str) -> str:
    """What stands behind ``tel:``: "+442079460958;ext=12", or "" for what cannot be dialled."""
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return "".join(sign for sign in text if sign in "+0123456789")
    return phonenumbers.format_number(number, PhoneNumberFormat.RFC3966).removeprefix("tel:")
