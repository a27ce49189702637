"""Geometry of the monthly bars: plain numbers for an SVG template, so that no script draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT, LEFT, RIGHT = 252, 34, 6
BASE_RECEIVED, BASE_SENT = 120, 210
ROOM_RECEIVED, ROOM_SENT = 102, 74
WIDE_STEP, NARROW_STEP, SHARE = 40, 27, 0.65


@dataclass(frozen=True)
class Month:
    """One month in counts; ``is_open`` while it is not over."""

    first: date
    received: int
    sent: int
    is_open: bool = False

    @property
    def name(self) -> str:
        return f"{self.first:%B %Y}"


@dataclass(frozen=True)
class Bar:
    """One month's pair of bars, in the units of the viewBox."""

    month: Month
    x: float
    width: float
    received_y: float
    received_height: float
    sent_y: float
    sent_height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def year(self) -> int | None:
        """The year is written below each January."""
        return self.month.first.year if self.month.first.month == 1 else None


@dataclass(frozen=True)
class Chart:
    """Received above, sent below, both to one scale."""

    bars: list[Bar]
    width: int
    top: int
    height: int = HEIGHT
    base_received: int = BASE_RECEIVED
    base_sent: int = BASE_SENT

    @property
    def top_y(self) -> float:
        return round(BASE_RECEIVED - self.top * _scale([bar.month for bar in self.bars]), 1)

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def summary(self) -> str:
        """What the picture shows, for those who do not see it."""
        months = [bar.month for bar in self.bars]
        received, sent = sum(month.received for month in months), sum(month.sent for month in months)
        return (
            f"Received and sent by month from {months[0].name} to {months[-1].name}: "
            f"{received} received, {sent} sent. The table below has each month."
        )


def months_chart(months: Sequence[Month], *, step: int = WIDE_STEP) -> Chart:
    """Bars for these months, ``step`` units apart."""
    scale = _scale(months)
    bars = [_bar(month, LEFT + n * step, step * SHARE, scale) for n, month in enumerate(months)]
    return Chart(bars, LEFT + len(months) * step + RIGHT, _round_number(max(m.received for m in months)))


def _bar(month, x, width, scale):
    received, sent = round(month.received * scale, 1), round(month.sent * scale, 1)
    return Bar(month, x, width, BASE_RECEIVED - received, received, BASE_SENT - sent, sent)


def _scale(months):
    most_received = max([1, *(month.received for month in months)])
    most_sent = max([1, *(month.sent for month in months)])
    return min(ROOM_RECEIVED / most_received, ROOM_SENT / most_sent)


def _round_number(most: int) -> int:
    """The largest 1, 2, 3 or 5 times a power of ten that is not above ``most``."""
    power = 10 ** (len(str(max(most, 1))) - 1)
    return max(step * power for step in (1, 2, 3, 5) if step * power <= max(most, 1))
