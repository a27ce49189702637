"""The reports that close the loop, and their clock."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals.actions.dates import check_happened
from referrals.models import Obligation
from referrals.states import (
    DONE,
    NOBODY_WAITS,
    REPORT_DAYS,
    STOPPED,
    UNSEEN_EXITS,
    WAITING,
    Direction,
    Journey,
    Loop,
    Side,
)


@transaction.atomic
def promise_report(referral):
    """One first report per referral: ours about a received one, theirs about a sent one.

    Where no partner sent the patient nobody waits for a report.
    """
    if referral.partner_id is None:
        return
    side = Side.US if referral.direction == Direction.RECEIVED else Side.THEM
    Obligation.objects.get_or_create(referral=referral, side=side)
    set_clock(referral)


@transaction.atomic
def set_clock(referral):
    """Let the reports that are still to come follow the journey and the dates of ``referral``.

    A report that was sent, or that a person said is not required, is left as it is.
    """
    reading = None
    for report in referral.obligations.all():
        if not (report.is_waiting or report.stopped_by_itself):
            continue
        reading = reading or clock(referral, Calendar(current_practice()))
        if any(getattr(report, name) != value for name, value in reading.items()):
            Obligation.objects.filter(pk=report.pk).update(version=F("version") + 1, **reading)


def clock(referral, calendar) -> dict:
    """What the clock says: state, due_on, due_because, not_required_because.

    Due is the earlier of REPORT_DAYS after the first visit and one working day before the patient
    is back with the referrer, and never before the first visit itself (product.md, "Loop").
    """
    if referral.journey == Journey.ENTERED_IN_ERROR or (
        referral.journey in UNSEEN_EXITS and referral.attended_on is None
    ):
        return _reading(Loop.NOT_REQUIRED, not_required_because=STOPPED[referral.journey])
    if referral.partner_id is None:
        return _reading(Loop.NOT_REQUIRED, not_required_because=NOBODY_WAITS)
    seen_on, back_on = referral.attended_on, referral.next_visit_on
    if seen_on is None:
        return _reading(Loop.NOT_DUE)
    due_on, because = seen_on + timedelta(days=REPORT_DAYS), f"{REPORT_DAYS} days after the first visit"
    if back_on and back_on > seen_on:
        before_visit = max(seen_on, calendar.add_working_days(back_on, -1))
        if before_visit < due_on:
            due_on, because = (
                before_visit,
                f"back with the referrer on {back_on:%A} {back_on.day} {back_on:%b}",
            )
    return _reading(Loop.DUE, due_on=due_on, due_because=because)


def _reading(state, *, due_on=None, due_because="", not_required_because=""):
    return {
        "state": state,
        "due_on": due_on,
        "due_because": due_because,
        "not_required_because": not_required_because,
    }


@transaction.atomic
def record_report(report, *, by, on=None, version=None):
    """Ours was sent, or theirs was received, on this day (today). Raises Refused."""
    on = _day_of(report, on, since=report.referral.happened_on, since_what="the referral")
    _save(report, by, version, WAITING, "reported", state=DONE[report.side], sent_on=on)


@transaction.atomic
def confirm_report(report, *, by, on=None, version=None):
    """Whoever was waiting for the report confirmed having it, on this day (today). Raises Refused."""
    on = _day_of(report, on, since=report.sent_on, since_what="the report")
    _save(report, by, version, set(DONE.values()), "confirmed", state=Loop.ACKNOWLEDGED, acknowledged_on=on)


@transaction.atomic
def waive_report(report, *, by, reason, version=None):
    """No report is required, for this reason. Raises Refused."""
    if not reason:
        raise Refused("Say why no report is required.", field="reason")
    report.waived_because = reason
    sealed = report.waived_because_sealed
    _save(report, by, version, WAITING, "waived", waived_because_sealed=sealed, **_reading(Loop.NOT_REQUIRED))


@transaction.atomic
def take_report_back(report, *, by, version=None):
    """It was not sent, confirmed or waived after all: the clock decides again. Raises Refused."""
    ended = set(Loop) - WAITING
    nothing = {"sent_on": None, "acknowledged_on": None, "waived_because_sealed": b""}
    _save(report, by, version, ended, "taken back", **nothing, **_reading(Loop.NOT_DUE))
    set_clock(report.referral)


def _day_of(report, on, *, since, since_what):
    today = current_practice().today()
    check_happened(on, today=today, field="on", since=since, since_what=since_what)
    return on or today


def _save(report, by, version, allowed, verb, **changes):
    """Write ``changes`` if the report is still as it was seen: compare and set on state and version."""
    if version not in (None, report.version):
        raise Stale(report)
    if report.state not in allowed:
        raise Refused(f"This report is already {report.get_state_display()}.")
    mine = Obligation.objects.filter(pk=report.pk, version=report.version)
    if not mine.update(version=F("version") + 1, **changes):
        raise Stale(Obligation.objects.get(pk=report.pk))
    for name, value in changes.items():
        setattr(report, name, value)
    report.version += 1
    record(verb, by=by, subject=report, changed=sorted(changes))
