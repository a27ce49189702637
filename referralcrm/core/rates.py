"""A share of small counts, said honestly; docs/statistics.md says what it is used for."""

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959963984540054  # the 97.5 % point of the standard normal distribution
WIDE = 0.20  # an interval wider than 20 points says "too few to be exact"


def wilson(successes: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """The score interval for a proportion (Wilson, 1927), two shares from 0 to 1.

    (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n). Nothing is known when n is 0: (0, 1).
    """
    if n == 0:
        return 0.0, 1.0
    share, square = successes / n, z * z
    middle = share + square / (2 * n)
    margin = z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    low, high = (middle - margin) / (1 + square / n), (middle + margin) / (1 + square / n)
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)


@dataclass(frozen=True)
class Rate:
    """``hits`` of ``n``, with its 95 % interval in words."""

    hits: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.n)

    @property
    def is_wide(self) -> bool:
        low, high = self.interval
        return high - low > WIDE

    @property
    def in_words(self) -> str:
        """ "94–98 %", "too few to be exact (67–91 %)", or that there is nothing to count."""
        if self.n == 0:
            return "none to count yet"
        low, high = (round(100 * end) for end in self.interval)
        percents = f"{low}–{high} %"
        return f"too few to be exact ({percents})" if self.is_wide else percents
