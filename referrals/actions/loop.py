"""The reports that close the loop: promised one after the other, each with its own clock (``clock``)."""

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from partners.models import Terms, terms_with
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals.actions.clock import Clock, Course, on_hold, reading
from referrals.actions.dates import check_happened
from referrals.models import Obligation, Referral
from referrals.signals import report_answered, report_taken_back
from referrals.states import CLOSED, DONE, WAITING, Direction, Journey, Loop, ReportKind, Side


@transaction.atomic
def promise_report(referral):
    """One first report per referral: ours about a received one, theirs about a sent one.

    Where no partner sent the patient nobody waits for a report.
    """
    if referral.partner_id is None:
        return
    Obligation.objects.get_or_create(
        referral=referral, side=side_of(referral), kind=ReportKind.INITIAL, number=1
    )
    set_clock(referral)


def side_of(referral):
    """Whose report it is that the other side waits for."""
    return Side.US if referral.direction == Direction.RECEIVED else Side.THEM


def set_clock(referral, *, forget_visit=False):
    """Let the reports that are still to come follow the journey and the dates of ``referral``.

    A report that was sent, or that a person said is not required, is left as it is. With
    ``forget_visit`` a visit that a report missed was a mistake and counts no more.
    """
    _keep_up(referral, forget_visit=forget_visit)


def promise_next(referral):
    """Promise the report that comes next, if one does, and let those still to come follow."""
    _keep_up(referral, promise=True)


@transaction.atomic
def follow_terms(partner):
    """Let the reports still to come about a partner's patients follow what is agreed with them now.

    A progress report that would be late at once is not asked for: it was not agreed in time.
    """
    referrals = Referral.objects.kept().filter(partner=partner, attended_on__isnull=False)
    waits = Obligation.objects.filter(referral=OuterRef("pk"), state__in=sorted(WAITING))
    terms, calendar = _terms(partner.pk), Calendar(current_practice())
    for referral in referrals.filter(~Q(journey__in=sorted(CLOSED)) | Exists(waits)):
        promise = referral.journey not in CLOSED
        _keep_up(referral, promise=promise, none_late=True, terms=terms, calendar=calendar)


@transaction.atomic
def _keep_up(referral, *, promise=False, none_late=False, forget_visit=False, **known):
    reports = list(Obligation.objects.filter(referral=referral, side=side_of(referral)))
    waiting = [report for report in reports if report.is_open]
    if not waiting and not (promise and reports):
        return
    clock = clock_of(referral, **known)
    wanted = clock.wanted(reports) if promise else None
    if new := wanted and _promise(referral, wanted, clock, reports, none_late=none_late):
        reports.append(new)
        waiting.append(new)
    for report in waiting:
        if forget_visit:
            report.visit_on = None
        _follow(report, clock.read(report, reports))


def _promise(referral, wanted, clock, reports, *, none_late):
    """The report of this kind and number, or None when somebody promised it meanwhile."""
    kind, number = wanted
    values = {"side": side_of(referral), "kind": kind, "number": number}
    due_on = clock.read(Obligation(referral=referral, **values), reports)["due_on"]
    if none_late and due_on and due_on < current_practice().today():
        return None
    report, is_new = Obligation.objects.get_or_create(referral=referral, **values)
    return report if is_new else None


def clock_of(referral, *, terms=None, calendar=None) -> Clock:
    """The clock as it stands now; ``terms`` and ``calendar`` are read unless they are given."""
    held = referral.events.filter(after=Journey.ON_HOLD).exists() if referral.attended_on else False
    holds = ()
    if held:
        steps = referral.events.order_by("entered_at", "id")
        holds = on_hold(steps.values_list("before", "after", "happened_on"))
    return Clock(
        Course.of(referral, holds),
        terms or terms_of(referral),
        calendar or Calendar(current_practice()),
    )


def terms_of(referral) -> Terms:
    """What is agreed with the partner of a referral, or the defaults."""
    return _terms(referral.partner_id)


def _terms(partner_id):
    return terms_with([partner_id]).get(partner_id, Terms())


def _follow(report, told):
    if any(getattr(report, name) != value for name, value in told.items()):
        Obligation.objects.filter(pk=report.pk).update(version=F("version") + 1, **told)
        for name, value in told.items():
            setattr(report, name, value)
        report.version += 1


@transaction.atomic
def record_report(report, *, by, on=None, version=None):
    """Ours was sent, or theirs was received, on this day (today). Raises Refused."""
    on = _day_of(report, on, since=report.referral.happened_on, since_what="the referral")
    _save(report, by, version, WAITING, "reported", state=DONE[report.side], sent_on=on)
    _answered(report, by)


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
    _save(report, by, version, WAITING, "waived", waived_because_sealed=sealed, **reading(Loop.NOT_REQUIRED))
    _answered(report, by)


@transaction.atomic
def take_report_back(report, *, by, version=None):
    """It was not sent, confirmed or waived after all: the clock decides again. Raises Refused."""
    ended = set(Loop) - WAITING
    nothing = {"sent_on": None, "acknowledged_on": None, "waived_because_sealed": b""}
    _save(report, by, version, ended, "taken back", **nothing, **reading(Loop.NOT_DUE))
    set_clock(report.referral)
    report_taken_back.send(Obligation, report=report, by=by)


@transaction.atomic
def unconfirm_report(report, *, by):
    """Nobody confirmed it after all: it was sent or received, and no more. Raises Refused."""
    back = {"state": DONE[report.side], "acknowledged_on": None}
    _save(report, by, None, {Loop.ACKNOWLEDGED}, "not confirmed", **back)


def count_reminder(report):
    """One more task was made to ask for it. No form shows it, so that its version stays."""
    Obligation.objects.filter(pk=report.pk).update(asked=F("asked") + 1)


def _answered(report, by):
    """The next report begins, and nobody needs to ask for this one."""
    promise_next(report.referral)
    report_answered.send(Obligation, report=report, by=by)


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
