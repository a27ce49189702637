"""What the clock of one report says. It reads and never writes, and asks the database for nothing.

Due is the earlier of the agreed days after what set the clock going and one working day before the
patient is back with the referrer (product.md, "Loop"). A day by which something is due is a working day of
the practice, the last one that keeps the promise, but never before the clock was set going.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from partners.models import Terms
from referrals.states import (
    CLOSED,
    NOBODY_WAITS,
    NOT_AGREED,
    REPORTED,
    SAYS_HOW_IT_ENDED,
    STOPPED,
    TAKES_ITS_PLACE,
    UNSEEN_EXITS,
    Journey,
    Loop,
    ReportKind,
)

Hold = tuple[date, date | None]
READ = ("journey", "partner_id", "attended_on", "in_care_on", "next_visit_on", "visits", "visits_on")


@dataclass(frozen=True)
class Course:
    """What the clocks of one referral are read from; ``holds`` are days from and to, None while it lasts."""

    journey: str
    partner_id: object
    attended_on: date | None = None
    ended_on: date | None = None
    in_care_on: date | None = None
    next_visit_on: date | None = None
    visits: int = 0
    visits_on: date | None = None
    holds: tuple[Hold, ...] = ()

    @classmethod
    def of(cls, referral, holds=()):
        values = {name: getattr(referral, name) for name in READ}
        return cls(**values, ended_on=referral.closed_on or referral.completed_on, holds=holds)

    @property
    def is_stopped(self) -> bool:
        """Nobody was seen, or nothing of it was so."""
        never_seen = self.journey in UNSEEN_EXITS and self.attended_on is None
        return self.journey == Journey.ENTERED_IN_ERROR or never_seen

    @property
    def is_over(self) -> bool:
        """The patient was seen, and care has ended."""
        return self.attended_on is not None and self.journey in CLOSED

    @property
    def was_more_than_a_visit(self) -> bool:
        return self.in_care_on is not None or self.visits > 1

    def held_since(self, day: date) -> int:
        """Days on hold that are over, from ``day`` on."""
        spans = (until - max(since, day) for since, until in self.holds if until)
        return sum(max(0, span.days) for span in spans)


@dataclass(frozen=True)
class Limit:
    """A day by which a report is promised, what its days are counted from, and why."""

    on: date
    since: date
    because: str

    def moved(self, held: int):
        """Later by the days on hold."""
        if not held:
            return self
        days = "a day" if held == 1 else f"{held} days"
        return Limit(self.on + timedelta(days=held), self.since, f"{self.because}, and {days} on hold")


@dataclass(frozen=True)
class Clock:
    """Reads the reports of one side about one referral."""

    course: Course
    terms: Terms
    calendar: object

    def read(self, report, reports=()) -> dict:
        """What stands in ``report``'s columns now; ``reports`` are all of its side, itself included."""
        if why := self._why_stopped(report, reports):
            return reading(Loop.NOT_REQUIRED, not_required_because=why)
        reached = self._reached_on(report)
        limits = self._limits(report, reports, reached)
        if not limits:
            return reading(Loop.NOT_DUE, due_because=self._waits_for(report, reports), reached_on=reached)
        visit = self._visit(report, reports, limits[0].since)
        if self.course.journey == Journey.ON_HOLD:
            return reading(Loop.PAUSED, reached_on=reached, visit_on=visit)
        due_on, because = min(map(self._due, limits))
        if visit:
            before_visit = max(limits[0].since, self.calendar.add_working_days(visit, -1))
            if before_visit < due_on:
                due_on, because = before_visit, f"back with the referrer on {visit:%A} {visit.day} {visit:%b}"
        return reading(Loop.DUE, due_on=due_on, due_because=because, reached_on=reached, visit_on=visit)

    def wanted(self, reports) -> tuple | None:
        """The kind and number of the report to be promised next, or None.

        Progress reports follow one another while care goes on. A final one follows care that was more
        than a visit, unless the last report left when it was over and so says how it ended.
        """
        course, first = self.course, _first(reports)
        if course.is_stopped or course.partner_id is None or course.attended_on is None or first is None:
            return None
        if course.is_over:
            return self._final(reports)
        progress = [report for report in reports if report.kind == ReportKind.INTERIM]
        if self.terms.has_interim and all(_is_answered(report) for report in [first, *progress]):
            return ReportKind.INTERIM, len(progress) + 1
        return None

    def _final(self, reports):
        finals = [report for report in reports if report.kind == ReportKind.FINAL]
        days = [report.sent_on for report in reports if report.sent_on]
        ended_on = self.course.ended_on
        was_care = self.course.was_more_than_a_visit or len(reports) > 1
        if not was_care or not days or ended_on is None or any(report.is_open for report in finals):
            return None
        if max(days) >= ended_on:
            return None
        return ReportKind.FINAL, len(finals) + 1

    def _why_stopped(self, report, reports):
        course = self.course
        if course.is_stopped:
            return STOPPED[course.journey]
        if course.partner_id is None:
            return NOBODY_WAITS
        if report.kind == ReportKind.INTERIM:
            return TAKES_ITS_PLACE if course.is_over else "" if self.terms.has_interim else NOT_AGREED
        if report.kind == ReportKind.FINAL and not any(other.sent_on for other in reports):
            return SAYS_HOW_IT_ENDED
        return ""

    def _reached_on(self, report):
        """The day of the count that brought the visits a progress report waits for; the first such."""
        every, course = self.terms.interim_every_visits, self.course
        if report.kind != ReportKind.INTERIM or not every or course.visits < every * report.number:
            return None
        return min(filter(None, [report.reached_on, course.visits_on]), default=None)

    def _limits(self, report, reports, reached):
        """The promises that hold for this report now; none while it has not begun."""
        course, within = self.course, self.terms.report_within_days
        if report.kind == ReportKind.INTERIM:
            return self._interim(report, reports, reached)
        is_first = report.kind == ReportKind.INITIAL
        since = course.attended_on if is_first else (course.ended_on if course.is_over else None)
        if since is None:
            return []
        what = "the first visit" if is_first else "the end of care"
        limit = Limit(since + timedelta(days=within), since, f"{_days(within)} after {what}")
        return [limit.moved(course.held_since(since))]

    def _interim(self, report, reports, reached):
        since, number, what = self._last_sent(report, reports)
        if since is None or self.course.attended_on is None:
            return []
        limits, terms, held = [], self.terms, self.course.held_since(since)
        if terms.interim_every_days:
            days = terms.interim_every_days * (report.number - number)
            limit = Limit(since + timedelta(days=days), since, f"{_days(days)} after {what}")
            limits.append(limit.moved(held))
        if reached:
            within, after = terms.report_within_days, max(since, reached)
            visit = terms.interim_every_visits * report.number
            limit = Limit(after + timedelta(days=within), since, f"{_days(within)} after visit {visit}")
            limits.append(limit.moved(self.course.held_since(after)))
        return limits

    def _waits_for(self, report, reports):
        """What a report that has not begun waits for, where its page could not tell."""
        if report.kind != ReportKind.INTERIM:
            return ""
        if self.course.attended_on is None:
            return "the clock begins when the patient first comes"
        if self._last_sent(report, reports)[0] is None:
            return "the report before it comes first"
        return f"visit {self.terms.interim_every_visits * report.number} has not been counted yet"

    def _last_sent(self, report, reports):
        """From where a progress report counts: day, number and words; no day while the one before waits."""
        before = [
            other
            for other in reports
            if other.kind == ReportKind.INITIAL
            or (other.kind == ReportKind.INTERIM and other.number < report.number)
        ]
        if not all(map(_is_answered, before)):
            return None, 0, ""
        sent = [other for other in before if other.sent_on]
        if not sent:
            return self.course.attended_on, 0, "the first visit"
        last = max(sent, key=lambda other: other.sent_on)
        number = last.number if last.kind == ReportKind.INTERIM else 0
        return last.sent_on, number, f"the report of {last.sent_on.day} {last.sent_on:%b}"

    def _visit(self, report, reports, since):
        """The next visit to the referrer, as far as this report has to precede it.

        A progress report does not when an earlier report did.
        """
        visit = report.visit_on if self._is_missed(report.visit_on) else self.course.next_visit_on
        told = {other.visit_on for other in reports if other.state in REPORTED}
        if visit is None or visit <= since or (report.kind == ReportKind.INTERIM and visit in told):
            return None
        return visit

    def _is_missed(self, visit):
        """It has passed without the report, and what is known now is a later one: a missed day stays."""
        later = self.course.next_visit_on
        return bool(visit and later and visit < later and visit < self.calendar.practice.today())

    def _due(self, limit):
        """The last working day that keeps the promise, unless that was before the clock was set going."""
        if self.calendar.is_working_day(limit.on):
            return limit.on, limit.because
        day = max(limit.since, self.calendar.add_working_days(limit.on, -1))
        return day, f"{limit.because}; {limit.on:%A} {limit.on.day} {limit.on:%b} is no working day"


def reading(state, *, due_on=None, due_because="", not_required_because="", visit_on=None, reached_on=None):
    """The columns of a report that follow its clock."""
    return {
        "state": state,
        "due_on": due_on,
        "due_because": due_because,
        "not_required_because": not_required_because,
        "visit_on": visit_on,
        "reached_on": reached_on,
    }


def _first(reports):
    return next((report for report in reports if report.kind == ReportKind.INITIAL), None)


def _is_answered(report):
    """It left or came, or a person said that none is required."""
    return not report.is_open


def _days(number):
    return "a day" if number == 1 else f"{number} days"


def on_hold(events) -> tuple[Hold, ...]:
    """The days on hold, from the steps of a journey (before, after, day), oldest first."""
    spans, since = [], None
    for before, after, day in events:
        if after == Journey.ON_HOLD and before != Journey.ENTERED_IN_ERROR:
            since = day
        elif before == Journey.ON_HOLD and after != Journey.ENTERED_IN_ERROR and since:
            spans.append((since, max(since, day)))
            since = None
    return tuple([*spans, (since, None)] if since else spans)
