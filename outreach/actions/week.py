"""Monday's list: partners not heard from for longer than their circle asks become tasks, once a week.

One run a practice and ISO week, whatever beats, restarts and clocks do: the Run row is unique, and
all of a run's work is one transaction (docs/adr/0006-monday.md).
"""

import logging
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from outreach.actions import digests
from outreach.actions.check_ins import open_check_ins
from outreach.models import Run
from outreach.states import RunState
from referralcrm.audit.actions import record
from referralcrm.core.logs import in_words
from referralcrm.core.refused import Refused
from referralcrm.practice.calendar import Calendar, first_instant
from referralcrm.practice.scope import enter

JOB = "week"
AT = time(8)
RETRY_AFTER = timedelta(minutes=10)

logger = logging.getLogger(__name__)


def run_if_due(practice, now=None):
    """Run the newest week that is due and has not been run; older ones that were missed are dropped.

    Returns the Run that was carried out, or None. A failure is logged, noted on the Run, shown on
    every manager's page and tried again after 10 minutes; it does not stop the caller's other work.
    Call it outside of a transaction: the claim, the work and the note of a failure are one each. A
    week that was due before the practice was founded is not run.
    """
    now = now or timezone.now()
    with enter(practice):
        period, at = latest_due(Calendar(practice), now)
        if at is None or at < practice.created_at or not _is_open(period, now):
            return None
    try:
        return run(practice, period)
    except Exception:  # another worker was quicker, or the failure is on the Run
        return None


def run(practice, period, *, by=None):
    """Run one week now ("2026-W47"), unless it has been. Returns its Run; raises Refused when it was.

    All or nothing: when it fails the tasks and digests are gone again, and the Run says why.
    """
    monday = monday_of(period)
    with enter(practice):
        at = due_at(Calendar(practice), monday) or timezone.now()
        Run.objects.get_or_create(job=JOB, period_key=period, defaults={"due_at": at})
    try:
        return _carry_out(practice, period, by=by)
    except Refused:
        raise
    except Exception as error:
        _note_failure(practice, period, error)
        raise


def _carry_out(practice, period, *, by):
    """The whole week in one transaction, by whoever gets the row's lock first."""
    with enter(practice):
        row = Run.objects.select_for_update(skip_locked=True).filter(job=JOB, period_key=period).first()
        if row is None or row.state == RunState.DONE:
            raise Refused(f"The week {period} is {'done already' if row else 'being run right now'}.")
        today = practice.today()
        made = open_check_ins(practice, period, today)
        row.counts = made | {"digests": digests.write(practice, period, today)}
        row.state, row.error = RunState.DONE, ""
        row.started_at, row.finished_at = timezone.now(), timezone.now()
        row.save()
        record("ran", by=by, subject=row, note=f"week {period}")
    return row


def _note_failure(practice, period, error):
    logger.exception("The week %s of practice %s failed", period, practice.pk)
    with enter(practice):
        Run.objects.filter(job=JOB, period_key=period).exclude(state=RunState.DONE).update(
            state=RunState.FAILED,
            error=in_words(error)[:300],
            started_at=timezone.now(),
        )


def _is_open(period, now):
    """Never run, left behind by a process that died, or failed 10 minutes ago."""
    row = Run.objects.filter(job=JOB, period_key=period).first()
    if row is None or row.state == RunState.RUNNING:
        return True
    return row.state == RunState.FAILED and row.started_at <= now - RETRY_AFTER


def period_of(day: date) -> str:
    """The ISO week of a date: "2026-W47"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(period: str) -> date:
    """The Monday of "2026-W47". Raises Refused when there is no such week."""
    try:
        year, _, week = period.partition("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    except ValueError as error:
        raise Refused(f"{period} is no week; write it like 2026-W47.") from error


def due_at(calendar: Calendar, monday: date) -> datetime | None:
    """When the week of this Monday is run: 08:00 on its first working day; None when it has none."""
    for offset in range(7):
        day = monday + timedelta(days=offset)
        if calendar.is_working_day(day):
            return first_instant(day, AT, calendar.practice.zone)
    return None


def latest_due(calendar: Calendar, now: datetime):
    """The newest (period, instant) that is due at ``now``; ("", None) when there was none in a year."""
    monday = _monday(calendar, now)
    for weeks in range(53):
        start = monday - timedelta(weeks=weeks)
        at = due_at(calendar, start)
        if at and at <= now:
            return period_of(start), at
    return "", None


def next_due(calendar: Calendar, now: datetime):
    """The first (period, instant) that comes after ``now``; ("", None) when there is none in a year."""
    monday = _monday(calendar, now)
    for weeks in range(53):
        start = monday + timedelta(weeks=weeks)
        at = due_at(calendar, start)
        if at and at > now:
            return period_of(start), at
    return "", None


def _monday(calendar, now):
    today = now.astimezone(calendar.practice.zone).date()
    return today - timedelta(days=today.weekday())
