"""What one cell means for one field: a value, a problem in words, or a value with a warning.

Each maker below returns a function of the cell's text, stripped and free of the guard against
formulas. It raises ValueError with what is wrong, or returns the value; ``Warned`` carries a warning
beside it. Import speed hangs on these: the ordinary cell takes a few microseconds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from referralcrm.core.csvs import listed
from referralcrm.core.phones import normalised
from referralcrm.exchange.columns.choices import NO, YES, meanings
from referralcrm.exchange.columns.dates import order_of, read_date
from referralcrm.exchange.columns.fields import Content, Field
from referralcrm.exchange.columns.guessing import plain

BORN_SINCE, HAPPENED_SINCE = date(1900, 1, 1), date(1990, 1, 1)
YEARS_AHEAD = 5
LONGEST_WORD = 60

ROUNDED = re.compile(r"[+-]?\d(?:[.,]\d+[eE]\+?|[eE]\+)\d+")  # not 12E34, which may be a record number
LINE_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
SEVERAL = re.compile(r"[,;/|\n]|\s-\s|[^\W\d]{2,}")  # what stands between two numbers: "or", "oder", "/"
FEWEST_DIGITS = 5
POINT_ZERO = re.compile(r"(\d+)[.,]0")
ERROR = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!)|#{5,}")
ORDINARY_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
IN_BRACKETS = re.compile(r".*<\s*([^<>\s]+)\s*>")
NPI = re.compile(r"[12]\d{9}")

NUL = "There is a NUL sign in this cell, which no text may hold."
DAMAGED = (
    "The spreadsheet shortened this number ({text}), and its last digits are lost. Format the column as "
    "text and fill it in again."
)
AN_ERROR = "The spreadsheet shows an error here instead of a value ({text})."
TOO_LONG = "This is {length:,} characters long; {longest:,} is the most."
LONG_WORD = f"One of these is longer than {LONGEST_WORD} characters. Put commas between them."
NO_EMAIL = "This is no e-mail address."
TWO_EMAILS = "Only one address fits here. Put the others into the notes."
TWO_PHONES = "Only one number fits here. Put the others into the notes, or the fax into its own column."
NO_FLAG = "This is neither yes nor no."
FUTURE = "This day is still to come."
FAR_FUTURE = "This day is more than five years ahead."
LONG_AGO = "This day is before {earliest}."
BAD_NPI = "This is no valid NPI: its last digit does not fit the others. It is kept as it is."
SHORT_NPI = "An NPI has 10 digits and begins with 1 or 2. It is kept as it is."


@dataclass(frozen=True, slots=True)
class Warned:
    """A value that was taken, and what somebody should know about it."""

    value: Any
    warning: str


@dataclass(frozen=True)
class Setting:
    """What cells are read with: the practice's country (ISO 3166) and its today, and a column's dates."""

    country: str
    today: date
    order: str = ""
    title: str = ""  # the header above the column


def maker(field: Field, setting: Setting) -> Callable[[str], Any]:
    """The function that reads the cells of this field."""
    return MAKERS[field.content](field, setting)


def _text(field, setting):
    return _as_it_is if field.has_lines else _on_one_line


def _as_it_is(text):
    return text


def _on_one_line(text):
    return text if text.isprintable() else LINE_BREAKS.sub(" ", text)


def _record(field, setting):
    return _digits_kept


def _digits_kept(text):
    if ROUNDED.fullmatch(text):
        raise ValueError(DAMAGED.format(text=text))
    whole = POINT_ZERO.fullmatch(text)
    return whole[1] if whole else text


def _phone(field, setting):
    country = setting.country

    def read(text):
        try:
            return normalised(_digits_kept(text), country=country)
        except ValueError as error:
            numbers = [part for part in SEVERAL.split(text) if sum(map(str.isdigit, part)) >= FEWEST_DIGITS]
            if len(numbers) > 1:
                raise ValueError(TWO_PHONES) from error
            raise

    return read


def _email(field, setting):
    def read(text):
        if ORDINARY_EMAIL.fullmatch(text):
            address = text
        else:
            bracketed = IN_BRACKETS.fullmatch(text)
            address = (bracketed[1] if bracketed else text).removeprefix("mailto:")
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValueError(TWO_EMAILS if address.count("@") > 1 else NO_EMAIL) from error
        name, _, domain = address.rpartition("@")
        return f"{name}@{domain.lower()}"

    return read


def _past(field, setting):
    earliest = BORN_SINCE if field.key == "patient_born" else HAPPENED_SINCE
    return _dates(setting, earliest, setting.today, FUTURE)


def _day(field, setting):
    return _dates(setting, HAPPENED_SINCE, setting.today + timedelta(days=366 * YEARS_AHEAD), FAR_FUTURE)


def _dates(setting, earliest, latest, too_late):
    order = setting.order or order_of([], country=setting.country)
    newest = setting.today if latest == setting.today else latest

    def read(text):
        day = read_date(text, order=order, latest=newest)
        if day > latest:
            raise ValueError(too_late)
        if day < earliest:
            raise ValueError(LONG_AGO.format(earliest=earliest.isoformat()))
        return day

    return read


def _moment(field, setting):
    dated = _past(field, setting)

    def read(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            word = plain(text)
        else:
            dated(moment.date().isoformat())
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if word in YES:
            return datetime.combine(setting.today, time(), UTC)
        return None if word in NO else datetime.combine(dated(text), time(), UTC)

    return read


def _flag(field, setting):
    def read(text):
        word = plain(text) or text
        if word in YES:
            return True
        if word in NO:
            return False
        raise ValueError(NO_FLAG)

    return read


def _choice(field, setting):
    known = meanings(field.choices)
    allowed = ", ".join(str(label) for label in field.choices.labels)
    is_open = "other" in field.choices.values  # whoever we have no word for is "other"

    def read(text):
        word = plain(text)
        if word in known:
            return known[word]
        if is_open:
            return Warned("other", f"“{text}” is none of: {allowed}. It was taken as “other”.")
        raise ValueError(f"“{text}” is none of: {allowed}.")

    return read


def _words(field, setting):
    def read(text):
        words = listed(text)
        if any(len(word) > LONGEST_WORD for word in words):
            raise ValueError(LONG_WORD)
        return words

    return read


def _key(field, setting):
    def read(text):
        try:
            return str(UUID(text))
        except ValueError:
            return ""  # the number that another program gave the row

    return read


def _number(field, setting):
    is_npi = "npi" in plain(setting.title).split()
    asks = is_npi or setting.country == "US"

    def read(text):
        number = _digits_kept(text)
        bare = number.replace(" ", "").replace("-", "")
        if asks and NPI.fullmatch(bare):
            return number if luhn_fits(f"80840{bare}") else Warned(number, BAD_NPI)
        return Warned(number, SHORT_NPI) if is_npi else number

    return read


def luhn_fits(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    digits = map(int, reversed(digits))
    return sum(_doubled(digit) if place % 2 else digit for place, digit in enumerate(digits)) % 10 == 0


def _doubled(digit):
    return digit * 2 - 9 if digit > 4 else digit * 2


MAKERS = {
    Content.TEXT: _text,
    Content.RECORD: _record,
    Content.PHONE: _phone,
    Content.EMAIL: _email,
    Content.DATE: _past,
    Content.DAY: _day,
    Content.MOMENT: _moment,
    Content.FLAG: _flag,
    Content.CHOICE: _choice,
    Content.WORDS: _words,
    Content.KEY: _key,
    Content.NUMBER: _number,
}
