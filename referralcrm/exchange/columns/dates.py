"""Dates as spreadsheets hold them: 2026-03-08, 8/3/2026 or 3/8/2026, 8 Mar 26, and 46089."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

DAY_FIRST, MONTH_FIRST = "d/m/y", "m/d/y"
MONTH_FIRST_COUNTRIES = frozenset({"US", "PH", "FM", "MH", "PW", "GU", "AS", "MP", "VI", "PR"})
FIRST_SERIAL, LAST_SERIAL = 3_654, 73_050  # 1910 to 2099, as days since 1899-12-30
EPOCH = date(1899, 12, 30)  # a spreadsheet's day 0, so that its days after 28 February 1900 come out right
MONTHS = {
    name[:3]: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
CLOCK = r"(?:[ T,]+\d{1,2}[:.]\d\d(?:[:.]\d\d(?:\.\d+)?)?(?: ?[apAP]\.?[mM]\.?)?(?:Z|[+-]\d\d:?\d\d)?)?"
YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){CLOCK}", re.ASCII)
NUMBERS = re.compile(rf"(\d{{1,2}})[-/. ]{{1,2}}(\d{{1,2}})[-/. ]{{1,2}}(\d{{4}}|\d\d){CLOCK}", re.ASCII)
PACKED = re.compile(r"(19\d\d|20\d\d)(\d\d)(\d\d)", re.ASCII)
SERIAL = re.compile(r"(\d{4,5})(?:[.,]\d+)?", re.ASCII)
DAY_NAME = r"(?:[A-Za-z]{2,9}[.,]* )?"
SPOKEN = re.compile(
    rf"{DAY_NAME}(\d{{1,2}})(?:st|nd|rd|th)?[ .-]+([A-Za-z]{{3,9}})[ .,-]+(\d{{4}}|\d\d){CLOCK}", re.ASCII
)
SPOKEN_MONTH_FIRST = re.compile(
    rf"{DAY_NAME}([A-Za-z]{{3,9}})[ .-]+(\d{{1,2}})(?:st|nd|rd|th)?[ ,.-]+(\d{{4}}|\d\d){CLOCK}", re.ASCII
)

UNREADABLE = "This is no date we can read. 2026-03-08 always works."
IMPOSSIBLE = "There is no such day."
OTHER_ORDER = "There is no month {month}: in this column the {first} comes first."


def order_of(cells: Iterable[str], *, country: str) -> str:
    """Whether the days or the months come first in a column (DAY_FIRST or MONTH_FIRST).

    Every cell is asked: one first number above 12 decides for days, one second number for months.
    Where nothing decides, or both do, it is as the ``country`` (ISO 3166) writes dates.
    """
    days = months = False
    for text in cells:
        if match := NUMBERS.fullmatch(text.strip()):
            days = days or int(match[1]) > 12
            months = months or int(match[2]) > 12
    if days != months:
        return DAY_FIRST if days else MONTH_FIRST
    return MONTH_FIRST if country in MONTH_FIRST_COUNTRIES else DAY_FIRST


def read_date(text: str, *, order: str, latest: date) -> date:
    """The day a cell means; a clock time behind it is left out.

    A year of two digits is the last one not after ``latest``. Raises ValueError in words.
    """
    year, month, day = _parts(text, order)
    if isinstance(year, str) and len(year) == 2:
        year = int(year) + latest.year // 100 * 100
        year -= 100 if _beyond(year, month, day, latest) else 0
    try:
        return date(int(year), month, day)
    except ValueError as error:
        raise ValueError(IMPOSSIBLE) from error


def _parts(text, order):
    if match := YEAR_FIRST.fullmatch(text) or PACKED.fullmatch(text):
        return match[1], int(match[2]), int(match[3])
    if match := NUMBERS.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        month, other = (second, first) if order == DAY_FIRST else (first, second)
        if month > 12 >= other:
            raise ValueError(OTHER_ORDER.format(month=month, first="day" if order == DAY_FIRST else "month"))
        return (match[3], second, first) if order == DAY_FIRST else (match[3], first, second)
    if match := SPOKEN.fullmatch(text):
        return match[3], _month(match[2]), int(match[1])
    if match := SPOKEN_MONTH_FIRST.fullmatch(text):
        return match[3], _month(match[1]), int(match[2])
    if (match := SERIAL.fullmatch(text)) and FIRST_SERIAL <= int(match[1]) <= LAST_SERIAL:
        day = EPOCH + timedelta(days=int(match[1]))
        return day.year, day.month, day.day
    raise ValueError(UNREADABLE)


def _month(name):
    if name.lower()[:3] not in MONTHS:
        raise ValueError(UNREADABLE)
    return MONTHS[name.lower()[:3]]


def _beyond(year, month, day, latest):
    return (year, month, day) > (latest.year, latest.month, latest.day)
