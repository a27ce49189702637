"""The journey of the patient: one mover for every step of the table in ``states``."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.permissions import Permission
from referralcrm.practice.scope import current_practice
from referrals.actions.dates import check_happened, check_planned
from referrals.actions.log import announce, send
from referrals.actions.loop import set_clock
from referrals.actions.matters import lock_matter, settle
from referrals.models import JourneyEvent, Referral
from referrals.signals import referral_restored, referral_withdrawn
from referrals.states import CLOSED, STEPS, UNCOUNTED, UNDO_ERROR_DAYS, WITHDRAWN, Direction, Journey, Verb

AFTER_THE_FIRST_VISIT = frozenset({Journey.IN_CARE, Journey.COMPLETED, Journey.DISCONTINUED})


@transaction.atomic
def move(referral, verb, *, by, on=None, version=None, reason="", appointment_on=None, redirected_to=None):
    """Take one step of the journey, which happened ``on`` a day (today), and tell who listens.

    ``version`` is the one the person saw. The first such step fills its date; skipped ones stay
    empty. ``appointment_on`` belongs to "schedule". Raises Refused, and Stale when somebody else
    was first.
    """
    step = STEPS[verb]
    today = current_practice().today()
    on = on or today
    check_fresh(referral, version)
    _check_step(referral, step, by=by, on=on, reason=reason, today=today)
    if step.verb == Verb.REDIRECT and redirected_to is None:
        raise Refused("Say to whom the patient was passed on.", field="partner_text")
    check_planned(appointment_on, today=today, field="appointment_on", since=referral.happened_on)
    before, after = referral.journey, step.to or _where_it_came_from(referral)
    changes = _changes(referral, step, after, on, appointment_on, redirected_to)
    write(referral, changes)
    event = JourneyEvent(referral=referral, before=before, after=after, happened_on=on, by=by)
    event.reason = reason
    event.save()
    set_clock(referral)
    record(f"journey: {verb}", by=by, subject=referral, changed=sorted(changes))
    _tell(referral, before, after, by)
    return referral


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


def _check_step(referral, step, *, by, on, reason, today):
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


def _changes(referral, step, after, on, appointment_on, redirected_to):
    changes = {"journey": after, "journey_before": _to_go_back_to(referral, step, after)}
    if step.stamp and (step.verb == Verb.SCHEDULE or getattr(referral, step.stamp) is None):
        changes[step.stamp] = on
    if step.verb == Verb.SCHEDULE:
        changes["appointment_on"] = appointment_on
    elif step.verb == Verb.REBOOK:
        changes |= {"scheduled_on": None, "appointment_on": None}
    if after not in CLOSED:
        changes["closed_on"] = None
    elif referral.closed_on is None:
        changes["closed_on"] = on
    if redirected_to:
        changes["redirected_to"] = redirected_to
    return changes


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


def _tell(referral, before, after, by):
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
