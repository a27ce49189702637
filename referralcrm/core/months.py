"""Whole calendar months. A month is named by its first day."""

from datetime import date


def month_of(day: date) -> date:
    """The first day of the month ``day`` lies in."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """The first day of the month ``count`` months after ``month`` (before it when negative)."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)
