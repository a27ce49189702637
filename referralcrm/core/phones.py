"""Phone numbers: understood as people write them, kept so that any phone can dial them."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

EXPLAINED = {
    ValidationResult.TOO_SHORT: "This number has too few digits.",
    ValidationResult.TOO_LONG: "This number has too many digits.",
    ValidationResult.INVALID_COUNTRY_CODE: "There is no country with this code.",
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
    except phonenumbers.NumberParseException:
        raise ValueError(
            "This does not look like a phone number. Digits, spaces, + and an extension (x12) are fine."
        ) from None
    result = phonenumbers.is_possible_number_with_reason(number)
    if result == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return " ".join(text.split())
    if result != ValidationResult.IS_POSSIBLE:
        raise ValueError(EXPLAINED.get(result, "This number has the wrong length."))
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def dialled(text: str) -> str:
    """What stands behind ``tel:``: "+442079460958;ext=12", or "" for what cannot be dialled."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return "".join(sign for sign in text if sign in "+0123456789")
    return phonenumbers.format_number(number, PhoneNumberFormat.RFC3966).removeprefix("tel:")
