"""The arithmetic behind the dashboard: small, exact where it can be, and free of tables.

Each function states its formula and source; docs/statistics.md says what they are used for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, floor, lgamma, log
from typing import Self

UNLIKELY = 0.02  # an alert at p ≤ 0.02
FEWEST_TO_FALL = 10  # with fewer than so many before, not even none at all is unlikely in any window
FEWEST_TO_COMPARE = 10  # below this n nothing is compared between partners


@lru_cache(maxsize=4096)
def chance_of_so_few(recent: int, before: int, *, recent_months: int, before_months: int) -> float:
    """p = P(X ≤ recent) for X ~ Binomial(recent + before, R / (R + B)), a number from 0 to 1.

    The exact conditional test for two Poisson counts (Przyborowski and Wilenski, 1940): if nothing
    changed, each of the referrals of both windows fell into the recent one with probability
    R / (R + B). Summed downward from ``recent`` in logarithms, to about 12 significant digits.
    """
    total, share = recent + before, recent_months / (recent_months + before_months)
    if before == 0:
        return 1.0
    summed = 0.0
    for k in range(recent, -1, -1):
        choose = lgamma(total + 1) - lgamma(k + 1) - lgamma(total - k + 1)
        term = exp(choose + k * log(share) + (total - k) * log(1 - share))
        summed += term
        if k < share * total and term < summed * 1e-16:
            break
    return min(summed, 1.0)


@dataclass(frozen=True)
class Fall:
    """Referrals in the ``recent_months`` before a month began, and in the ``before_months`` before those."""

    recent: int
    before: int
    recent_months: int
    before_months: int = 12

    @property
    def p(self) -> float:
        """How likely so few, or fewer, would be if nothing had changed."""
        return chance_of_so_few(
            self.recent,
            self.before,
            recent_months=self.recent_months,
            before_months=self.before_months,
        )

    @property
    def is_unlikely(self) -> bool:
        return self.p <= UNLIKELY

    @property
    def can_tell(self) -> bool:
        """Whether not a single referral in the recent months would have been flagged."""
        nothing = chance_of_so_few(
            0, self.before, recent_months=self.recent_months, before_months=self.before_months
        )
        return nothing <= UNLIKELY

    @property
    def in_words(self) -> str:
        return (
            f"{self.recent} in {self.recent_months} months, {self.before} in the {self.before_months} before"
        )

    @property
    def one_in(self) -> int:
        """ "about 1 time in 55 if nothing had changed"."""
        return int(1 / self.p)


@dataclass(frozen=True)
class Check:
    """One month's check of both windows, 3 against 12 months and 6 against 12."""

    short: Fall
    long: Fall

    @classmethod
    def of(cls, *, recent_3: int, before_3: int, recent_6: int, before_6: int) -> Self:
        return cls(Fall(recent_3, before_3, 3), Fall(recent_6, before_6, 6))

    @property
    def fall(self) -> Fall | None:
        """The less likely of the two windows, when either is flagged."""
        flagged = [fall for fall in (self.short, self.long) if fall.is_unlikely]
        return min(flagged, key=lambda fall: fall.p) if flagged else None

    @property
    def can_tell(self) -> bool:
        """False where even zero could not flag: "too few referrals to tell"."""
        return self.short.can_tell or self.long.can_tell


def onset(now: Check, a_month_ago: Check) -> Fall | None:
    """The fall that is flagged this month and was not a month ago; None otherwise."""
    return now.fall if a_month_ago.fall is None else None


def percentile(values: Sequence, share: float):
    """The value below which ``share`` (0 to 1) of ``values`` lie, between the two nearest where none does.

    With the values in order v₀ … vₙ₋₁ and r = share · (n − 1): v⌊r⌋ + (r − ⌊r⌋)(v⌈r⌉ − v⌊r⌋). This is type 7
    of Hyndman and Fan, The American Statistician 50 (1996) 361–365, and percentile_cont of Postgres. Works
    for numbers and timedeltas; raises ValueError for none.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = ordered[floor(rank)]
    return low + (ordered[ceil(rank)] - low) * (rank - floor(rank))


def concentration(counts: Sequence[int]) -> float | None:
    """Σ n(n−1) / N(N−1): the chance that two referrals drawn at random come from one partner.

    Simpson's index without small-sample bias (Simpson, 1949), from 0 to 1; None when N < 2.
    """
    total = sum(counts)
    if total < 2:
        return None
    return sum(n * (n - 1) for n in counts) / (total * (total - 1))


def partners_for_half(counts: Sequence[int]) -> int:
    """The smallest number of partners who together sent at least half; 0 when there is nothing."""
    total, summed = sum(counts), 0
    for k, n in enumerate(sorted(counts, reverse=True), 1):
        summed += n
        if total and 2 * summed >= total:
            return k
    return 0
