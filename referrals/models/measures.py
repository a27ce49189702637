"""Objective measures of a report: a name, a unit, where it began, where it is and where it should be.

A measure is a dict of texts as it stands in a report's sealed content. Which way is better is said or
not; a change is computed only where it is.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from referrals.states import Better

FIELDS = ("name", "unit", "better", "baseline", "baseline_on", "now", "now_on", "goal")


@dataclass(frozen=True)
class Measure:
    """One row; numbers as typed, so that 4.50 stays 4.50."""

    name: str
    unit: str = ""
    better: str = Better.UNSET
    baseline: str = ""
    baseline_on: str = ""  # ISO dates
    now: str = ""
    now_on: str = ""
    goal: str = ""

    @classmethod
    def of(cls, row: dict):
        return cls(**{name: str(row.get(name) or "") for name in FIELDS})

    @property
    def change(self) -> Decimal | None:
        """Now less baseline; None unless both are there and somebody said which way is better."""
        begun, now = number(self.baseline), number(self.now)
        return now - begun if self.better and begun is not None and now is not None else None

    @property
    def is_better(self) -> bool | None:
        """Whether the change is for the better; None where nothing changed or nothing is known."""
        return (self.change > 0) == (self.better == Better.HIGHER) if self.change else None

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached; only where it is known which way is better."""
        now, goal = number(self.now), number(self.goal)
        if not self.better or now is None or goal is None:
            return False
        return now >= goal if self.better == Better.HIGHER else now <= goal

    def carried(self) -> dict:
        """As the next report begins with it: the first value stays, "now" is to be measured again."""
        begun = (self.baseline, self.baseline_on) if self.baseline else (self.now, self.now_on)
        row = {name: getattr(self, name) for name in FIELDS}
        return row | {"baseline": begun[0], "baseline_on": begun[1], "now": "", "now_on": ""}


def number(text: str) -> Decimal | None:
    """A value as a number; None for none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def day_of(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
