"""The journey of the patient: one mover for every step of the table in ``states``."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.permissions import Permission
from referralcrm.practice.scope import current_practice
from referrals.actions import notices
from referrals.actions.answering import answered
from referrals.actions.dates import check_happened, check_planned
from referrals.actions.log import announce, send
from referrals.actions.loop import promise_next
from referrals.actions.matters import lock_matter, settle
from referrals.models import JourneyEvent, Referral
from referrals.signals import referral_restored, referral_withdrawn
from referrals.states import (
    AWAITING_BOOKING,
    CLOSED,
    STEPS,
    TAKEN_BACK,
    UNCOUNTED,
    UNDO_ERROR_DAYS,
    WITHDRAWN,
    Direction,
    Journey,
    Verb,
)

AFTER_THE_FIRST_VISIT = frozenset({Journey.IN_CARE, Journey.COMPLETED, Journey.DISCONTINUED})
CALLING = {"calls": 0, "call_on": None}


@dataclass(frozen=True)
class Appointment:
    """The day, and the time where somebody typed one."""

    on: date | None = None
    at: time | None = None


@transaction.atomic
def move(
    referral,
    verb,
    *,
    by,
    on=None,
    version=None,
    reason="",
    appointment_on=None,
    appointment_time=None,
    redirected_to=None,
):
    """Take one step of the journey, which happened ``on`` a day (today), and tell who listens.

    ``version`` is the one the person saw. The first such step fills its date; skipped ones stay
    empty. ``appointment_on`` (with ``appointment_time``) belongs to "schedule"; with "rebook" it is
    the new day, booked at once. Raises Refused, and Stale when somebody else was first.
    """
    step, booked = STEPS[verb], Appointment(appointment_on, appointment_time if appointment_on else None)
    on = on or current_practice().today()
    check_fresh(referral, version)
    _take(referral, step, by=by, on=on, reason=reason, booked=booked, redirected_to=redirected_to)
    if step.verb == Verb.REBOOK and booked.on:
        _take(referral, STEPS[Verb.SCHEDULE], by=by, on=on, booked=booked, with_last=True)
    return referral


def _take(referral, step, *, by, on, booked, reason="", redirected_to=None, with_last=False):
    """``with_last``: the step before it and this one are taken back together."""
    today = current_practice().today()
    check_step(referral, step, by=by, on=on, reason=reason, today=today)
    if step.verb == Verb.REDIRECT and redirected_to is None:
        raise Refused("Say to whom the patient was passed on.", field="partner_text")
    check_planned(booked.on, today=today, field="appointment_on", since=referral.happened_on)
    before, after = referral.journey, step.to or _where_it_came_from(referral)
    changes = _changes(referral, step, after, on, booked, redirected_to)
    undo = undo_of(referral, changes, with_last=with_last) if step.verb in TAKEN_BACK else None
    write(referral, changes)
    event = JourneyEvent(referral=referral, before=before, after=after, happened_on=on, by=by, undo=undo)
    event.reason = reason
    event.save()
    promise_next(referral)
    record(f"journey: {step.verb}", by=by, subject=referral, changed=sorted(changes))
    tell(referral, before, after, by)
    if step.to and before != Journey.DRAFT and step.verb != Verb.REOPEN:  # a draft is announced instead
        notices.tell(referral, after, on=on, by=by)


@transaction.atomic
def redirect(referral, *, by, reason, on=None, version=None, partner=None, existing=None):
    """The patient goes to another partner instead: link ``existing``, or log a new sent referral.

    Returns the referral it was redirected to. Raises Refused.
    """
    today = current_practice().today()
    check_happened(on, today=today, field="on", since=referral.happened_on)
    if existing is None:
        existing = partner and _passed_on(referral, by=by, on=on, partner=partner)
    elif existing.patient_id != referral.patient_id or existing.pk == referral.pk:
        raise Refused("Choose another referral of the same patient.", field="existing")
    move(referral, Verb.REDIRECT, by=by, on=on, version=version, reason=reason, redirected_to=existing)
    return existing


def check_fresh(referral, version):
    """Raise Stale unless ``version`` (None: not asked) is what the row says."""
    if version not in (None, referral.version):
        raise Stale(referral)


def write(referral, changes):
    """Save ``changes`` if nobody saved the row since it was read: compare and set, or Stale.

    When the referral begins or ceases to count, another may stand for its matter.
    """
    after = changes.get("journey", referral.journey)
    counts_otherwise = (referral.journey in UNCOUNTED) != (after in UNCOUNTED)
    if counts_otherwise:
        lock_matter(referral.matter)
    mine = Referral.objects.filter(pk=referral.pk, version=referral.version, journey=referral.journey)
    if not mine.update(version=F("version") + 1):
        raise Stale(Referral.objects.get(pk=referral.pk))
    for name, value in changes.items():
        setattr(referral, name, value)
    referral.version += 1
    referral.save(update_fields=[*changes])
    if counts_otherwise:
        referral.matter = settle(referral.matter)


def check_step(referral, step, *, by, on, reason, today):
    """Raise Refused unless the table, the person's role and the day allow this step now."""
    if referral.journey not in step.start:
        raise Refused(
            f"This referral is {referral.get_journey_display()}; “{step.label}” does not apply now."
        )
    if step.needs_reason and not reason:
        raise Refused("Say why.", field="reason")
    if step.verb == Verb.UNDO_ERROR:
        _check_undo(referral, by)
    since, since_what = referral.happened_on, "the referral"
    if step.to in AFTER_THE_FIRST_VISIT and referral.attended_on:
        since, since_what = referral.attended_on, "the first visit"
    check_happened(on, today=today, field="on", since=since, since_what=since_what)


def _check_undo(referral, by):
    if not by.may(Permission.RESTORE):
        raise Refused("A manager can undo this.")
    entered = referral.events.filter(after=Journey.ENTERED_IN_ERROR).latest("entered_at", "id").entered_at
    if timezone.now() - entered > timedelta(days=UNDO_ERROR_DAYS):
        raise Refused(f"This was entered in error more than {UNDO_ERROR_DAYS} days ago. Log it again.")


def undo_of(referral, changes, *, with_last=False) -> dict:
    """What stands now in the columns of ``changes``, as JSON that ``actions.undo`` puts back."""
    before = {name: getattr(referral, name) for name in changes}
    stands = {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in before.items()
    }
    return {"stood": stands, "with_last": with_last}


def _changes(referral, step, after, on, booked, redirected_to):
    changes = {"journey": after, "journey_before": _to_go_back_to(referral, step, after)}
    if step.stamp and (step.verb == Verb.SCHEDULE or getattr(referral, step.stamp) is None):
        changes[step.stamp] = on
    if step.verb == Verb.SCHEDULE:
        changes |= {"appointment_on": booked.on, "appointment_time": booked.at}
    elif step.verb == Verb.REBOOK:
        changes |= {"scheduled_on": None, "appointment_on": None, "appointment_time": None}
    if not {referral.journey, after} <= AWAITING_BOOKING:  # nobody needs calling, or it begins anew
        changes |= {name: none for name, none in CALLING.items() if getattr(referral, name) != none}
    if after not in CLOSED:
        changes["closed_on"] = None
    elif referral.closed_on is None:
        changes["closed_on"] = on
    if redirected_to:
        changes["redirected_to"] = redirected_to
    return changes | answered(referral, step, after, on)


def _to_go_back_to(referral, step, after):
    """What "on hold" and "entered in error" remember, so that they lead back."""
    if after in {Journey.ON_HOLD, Journey.ENTERED_IN_ERROR} and step.to:
        return referral.journey
    if after == Journey.ON_HOLD:  # an error is undone: it goes back to what the hold had remembered
        holds = referral.events.filter(after=Journey.ON_HOLD).exclude(before=Journey.ENTERED_IN_ERROR)
        return holds.latest("entered_at", "id").before
    return ""


def _where_it_came_from(referral):
    return Journey(referral.journey_before)


def tell(referral, before, after, by):
    """Send the fact that others need to hear about this change of the journey."""
    if before == Journey.DRAFT and after == Journey.REQUESTED:
        announce(referral, by=by)
    elif after in WITHDRAWN and before not in WITHDRAWN:
        referral_withdrawn.send(Referral, referral=referral, by=by)
    elif before in WITHDRAWN and after not in WITHDRAWN | {Journey.DRAFT}:
        referral_restored.send(Referral, referral=referral, by=by)


def _passed_on(referral, *, by, on, partner):
    return send(
        by=by,
        patient=referral.patient,
        happened_on=on or current_practice().today(),
        partner=partner,
        location=referral.location,
        clinician=referral.clinician,
        urgency=referral.urgency,
        reason=referral.reason,
        same_matter_as=referral if referral.direction == Direction.SENT else None,
    )
