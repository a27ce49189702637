"""The windows numbers are counted in: whole practice-local months, the last of which is not over."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from referralcrm.core.months import add_months, month_of

CHOICES = (3, 12, 24)
USUAL = 12


@dataclass(frozen=True)
class Period:
    """From the first of a month to ``last``, both days included; ``months`` counts the one not over."""

    first: date
    last: date
    months: int

    @classmethod
    def ending(cls, today: date, months: int = USUAL) -> Self:
        """This month so far and the ``months`` − 1 before it."""
        return cls(add_months(month_of(today), 1 - months), today, months)

    @classmethod
    def of_month(cls, month: date, today: date) -> Self:
        """One month, up to today when it is this one."""
        return cls(month, min(add_months(month, 1) - timedelta(days=1), today), 1)

    @property
    def before(self) -> Self:
        """As many months, a year earlier (two for 24 months), up to the same day of the month."""
        back = max(12, self.months)
        month = add_months(month_of(self.last), -back)
        day = min(self.last.day, monthrange(month.year, month.month)[1])
        return Period(add_months(self.first, -back), month.replace(day=day), self.months)

    @property
    def starts(self) -> list[date]:
        """The first day of each month, oldest first."""
        return [add_months(self.first, n) for n in range(self.months)]

    @property
    def in_words(self) -> str:
        return f"last {self.months} months"

    @property
    def before_in_words(self) -> str:
        return "the two years before" if self.months > 12 else "the year before"
