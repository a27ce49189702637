"""Working days and hours of a practice: its weekdays, its country's public holidays, its closed days."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from referralcrm.practice.models import ClosedDay, Practice

QUIET_FROM, QUIET_UNTIL = time(18), time(8)
MAIL_DAYS = range(5)  # Monday to Friday
SEARCHED = 366 * 2  # days looked through for working time


@lru_cache(maxsize=64)
def public_holidays(country: str, region: str, year: int) -> dict[date, str]:
    """Public holidays by date; a country or region the library does not know has none."""
    for subdivision in (region or None, None):
        try:
            return dict(holidays.country_holidays(country, subdiv=subdivision, years=year))
        except NotImplementedError:
            continue
    return {}


def first_instant(day: date, at: time, zone) -> datetime:
    """The instant (in UTC) a local time comes for the first time, whatever the clocks do that day.

    A time in an overlap is its first occurrence; one that a gap leaves out is the gap's end.
    """
    early, late = (datetime.combine(day, at, tzinfo=zone).replace(fold=fold) for fold in (0, 1))
    if early.utcoffset() >= late.utcoffset():
        return early.astimezone(UTC)
    after, before = early.astimezone(UTC), late.astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == late.utcoffset():
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


class Calendar:
    """One practice's days. Reads the closed days once (enter the practice first), unless it is told them."""

    def __init__(self, practice: Practice, *, closed: dict[date, str] | None = None):
        self.practice = practice
        self.closed = dict(ClosedDay.objects.kept().values_list("on", "why")) if closed is None else closed

    def holiday(self, on: date) -> str:
        """The name of the holiday or closed day on this date, or an empty text."""
        names = public_holidays(self.practice.country, self.practice.region, on.year)
        return names.get(on) or (on in self.closed and (self.closed[on] or "closed")) or ""

    def is_working_day(self, on: date) -> bool:
        return on.weekday() in self.practice.working_days and not self.holiday(on)

    def working_day_from(self, on: date) -> date:
        """This date, or the next working day after it. At most a year is searched."""
        for _ in range(366):
            if self.is_working_day(on):
                return on
            on += timedelta(days=1)
        return on

    def add_working_days(self, start: date, count: int) -> date:
        """The working day ``count`` working days after ``start`` (before it when negative)."""
        step = timedelta(days=1 if count >= 0 else -1)
        day, left = start, abs(count)
        for _ in range(366 * 2):
            if left == 0:
                break
            day += step
            left -= self.is_working_day(day)
        return day

    def open_hours(self, on: date) -> tuple[datetime, datetime]:
        """When the practice opens and closes on this date, in UTC; one instant twice when it stays closed."""
        opens = first_instant(on, self.practice.opens_at, self.practice.zone)
        if not self.is_working_day(on):
            return opens, opens
        return opens, first_instant(on, self.practice.closes_at, self.practice.zone)

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How long the practice is open between two instants: real time, whatever the clocks do meanwhile.

        Zero when ``end`` is not after ``start``; over neighbouring spans it adds up.
        """
        start, end = (
            start.astimezone(UTC),
            end.astimezone(UTC),
        )  # the difference of local times is no duration
        day, last = (moment.astimezone(self.practice.zone).date() for moment in (start, end))
        total = timedelta()
        while day <= last:
            opens, closes = self.open_hours(day)
            total += max(min(closes, end) - max(opens, start), timedelta())
            day += timedelta(days=1)
        return total

    def after_working_time(self, start: datetime, span: timedelta) -> datetime:
        """The first instant by which the practice was open for ``span`` (not negative) since ``start``.

        At most two years are searched; where they hold less, it is the end of them.
        """
        day, left, start = start.astimezone(self.practice.zone).date(), span, start.astimezone(UTC)
        for _ in range(SEARCHED):
            if not left:
                return start
            opens, closes = self.open_hours(day)
            start = max(opens, start)
            if (room := max(closes - start, timedelta())) >= left:
                return start + left
            left -= room
            day += timedelta(days=1)
        return start

    def closing_after(self, start: datetime, days: int) -> datetime:
        """When the practice closes ``days`` working days after the local day of ``start``, in UTC.

        With 0 it is that day, or the next one on which the practice works.
        """
        local = start.astimezone(self.practice.zone).date()
        day = self.add_working_days(local, days) if days else self.working_day_from(local)
        return first_instant(day, self.practice.closes_at, self.practice.zone)

    def quiet_reason(self, at: datetime, zone=None) -> str:
        """Why no mail leaves at this instant (in the reader's ``zone``), in words; empty when it may."""
        local = at.astimezone(zone or self.practice.zone)
        if local.weekday() not in MAIL_DAYS:
            return "It is the weekend; mail leaves Monday to Friday, 08:00–18:00."
        if name := self.holiday(local.date()):
            return f"It is a holiday ({name}); mail waits for the next working day."
        if not QUIET_UNTIL <= local.time() < QUIET_FROM:
            return "It is outside 08:00–18:00; mail waits for the morning."
        return ""

    def mail_slot(self, at: datetime, *, preferred: time | None = None, zone=None) -> datetime:
        """The first instant from ``at`` on at which mail may leave, in the reader's ``zone``.

        With ``preferred`` it is the first day's that hour. A year of closed days gives ``at`` back.
        """
        zone = zone or self.practice.zone
        if preferred is None and not self.quiet_reason(at, zone):
            return at
        for offset in range(366):
            day = at.astimezone(zone).date() + timedelta(days=offset)
            slot = datetime.combine(day, preferred or QUIET_UNTIL, tzinfo=zone)
            if slot >= at and not self.quiet_reason(slot, zone):
                return slot
        return at
