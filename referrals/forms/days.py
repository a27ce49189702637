"""Days as people type them into a grid: 17.11., 17/11/26, 171126, 17 Nov, 2026-11-17."""

import re
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_FIRST = frozenset({"US"})


def day_typed(text: str, *, today: date, country: str) -> date | None:
    """The day meant, or None. Without a year, the last such day that is not to come.

    Two digits of a year mean one that has begun. Where the country writes the month first, so is it read.
    """
    text = text.strip().lower()
    if iso := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})|((?:19|20)\d\d)(\d\d)(\d\d)", text):
        found = _day(*(int(part) for part in iso.groups() if part))
        if found or "-" in text:
            return found
    first, second, year = _parts(text)
    month_is_first = country in MONTH_FIRST and not any(month in text for month in MONTHS)
    day, month = (second, first) if month_is_first else (first, second)
    if year is None:
        this_year = _day(today.year, month, day)
        return this_year if this_year and this_year <= today else _day(today.year - 1, month, day)
    if year < 100:
        year += 2000 if year <= today.year % 100 else 1900
    return _day(year, month, day)


def _parts(text):
    """The numbers of day, month and year (None) as they stand; a named month is put second."""
    if re.fullmatch(r"\d{4}|\d{6}|\d{8}", text):
        return int(text[:2]), int(text[2:4]), int(text[4:]) if text[4:] else None
    words = re.findall(r"\d+|[^\W\d]+", text)[:4]
    named = [MONTHS.index(word[:3]) + 1 for word in words if word[:3] in MONTHS]
    numbers = [int(word) for word in words if re.fullmatch(r"[0-9]{1,4}", word)]
    if len(named) + len(numbers) != len(words) or len(named) > 1:
        return 0, 0, None
    day, *others = [*numbers, 0]
    month, year, *rest = [*named, *others[:-1], None, None]
    return (0, 0, None) if len(rest) > 2 else (day, month or 0, year)


def _day(year, month, day):
    try:
        return date(year, month, day)
    except ValueError:
        return None
