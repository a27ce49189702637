"""Phone numbers: understood as people write them, kept so that any phone can dial them."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

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


def dialled(text: str) -> str:
    """What stands behind ``tel:``: "+442079460958;ext=12", or "" for what cannot be dialled."""
    try:
        number = phonenumbers.parse(text, None)
    except NumberParseException:
        return "".join(sign for sign in text if sign in "+0123456789")
    return phonenumbers.format_number(number, PhoneNumberFormat.RFC3966).removeprefix("tel:")
