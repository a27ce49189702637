"""The clocks of a new referral: telling the referrer that it arrived, and the appointment that was promised.

Each is a day on the referral that stands there only while its clock runs. Telling them is promised within
one working day of every received referral; accepting, booking, declining or passing it on tells them, and
so does a tick. An appointment has a clock only where one is agreed, in both directions; a booking stops it,
and a patient who did not come sets it going again. On hold both stand still, and begin anew afterwards.
"""

from datetime import timedelta

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals.actions.dates import check_happened
from referrals.actions.loop import terms_of
from referrals.models import Referral
from referrals.states import AWAITING_BOOKING, Direction, Journey, Verb

TELLS_THEM = frozenset({Verb.ACCEPT, Verb.SCHEDULE, Verb.ATTEND, Verb.DECLINE, Verb.REDIRECT})
INTERRUPTIONS = frozenset({Journey.DRAFT, Journey.ON_HOLD, Journey.ENTERED_IN_ERROR})


def begin(referral):
    """Set both clocks of a referral that is being logged; it is not saved here."""
    if referral.journey == Journey.REQUESTED and referral.partner_id:
        terms, since = terms_of(referral), referral.happened_on
        referral.acknowledge_by = _tell_by(referral, terms, since)
        referral.appointment_by = _appointment_by(terms, since)


def begin_anew(referral, *, is_new):
    """Let both clocks follow a correction of whose referral it is, or when it happened.

    ``is_new``: no partner was known before, so that nobody has been told anything.
    """
    if referral.journey not in {Journey.REQUESTED, Journey.ACCEPTED}:
        return
    terms, since = terms_of(referral), referral.happened_on
    values = {"appointment_by": _appointment_by(terms, since) if referral.partner_id else None}
    if referral.acknowledge_by or (is_new and _was_never_answered(referral)):
        values["acknowledge_by"] = _tell_by(referral, terms, since)
    for name, value in values.items():
        setattr(referral, name, value)
    Referral.objects.filter(pk=referral.pk).update(**values)


def answered(referral, step, after, on) -> dict:
    """What a step of the journey that happened ``on`` a day changes about both clocks."""
    before, changes = referral.journey, {}
    if after != Journey.REQUESTED:
        changes["acknowledge_by"] = None
        if referral.acknowledge_by and step.verb in TELLS_THEM:
            changes["acknowledged_on"] = on
    elif before in INTERRUPTIONS and _was_never_answered(referral):
        changes["acknowledge_by"] = _tell_by(referral, terms_of(referral), on)
    if after not in AWAITING_BOOKING:
        changes["appointment_by"] = None
    elif before not in AWAITING_BOOKING and referral.partner_id:
        changes["appointment_by"] = _appointment_by(terms_of(referral), on)
    return {name: value for name, value in changes.items() if getattr(referral, name) != value}


@transaction.atomic
def acknowledge(referral, *, by, on=None, version=None):
    """Somebody told the referrer that the patient's referral arrived, on this day (today).

    Raises Refused when nobody waits for it, and Stale when somebody saved first.
    """
    today = current_practice().today()
    check_happened(on, today=today, field="on", since=referral.happened_on)
    current = _locked(referral, version)
    if current.acknowledge_by is None:
        raise Refused("The referrer has been told already, or nobody waits for it.")
    _write(current, acknowledge_by=None, acknowledged_on=on or today)
    record("acknowledged", by=by, subject=current, changed=["acknowledged_on"])
    return current


@transaction.atomic
def take_acknowledgement_back(referral, *, by, version=None):
    """Nobody told them after all: the clock runs on. Raises Refused and Stale."""
    current = _locked(referral, version)
    if current.acknowledged_on is None or current.journey != Journey.REQUESTED:
        raise Refused("This can no longer be taken back.")
    _write(
        current,
        acknowledge_by=_tell_by(current, terms_of(current), current.happened_on),
        acknowledged_on=None,
    )
    record("took an acknowledgement back of", by=by, subject=current, changed=["acknowledged_on"])
    return current


def _locked(referral, version):
    current = Referral.objects.select_for_update(of=("self",), no_key=True).get(pk=referral.pk)
    if version not in (None, current.version):
        raise Stale(current)
    return current


def _write(referral, **values):
    for name, value in values.items():
        setattr(referral, name, value)
    referral.version += 1
    referral.save(update_fields=[*values, "version"])


def _was_never_answered(referral):
    """It has been requested and on hold at most, so that nobody has heard of it."""
    steps = referral.events.filter(before=Journey.REQUESTED)
    return referral.acknowledged_on is None and not steps.exclude(after__in=INTERRUPTIONS).exists()


def _tell_by(referral, terms, since):
    """The working day by which a referrer is told; None where no partner waits to hear."""
    if referral.direction != Direction.RECEIVED or referral.partner_id is None:
        return None
    return Calendar(current_practice()).add_working_days(since, terms.acknowledge_within_days)


def _appointment_by(terms, since):
    """The last working day that keeps the promise of an appointment; None where none is agreed."""
    if terms.appointment_within_days is None:
        return None
    calendar, day = Calendar(current_practice()), since + timedelta(days=terms.appointment_within_days)
    return day if calendar.is_working_day(day) else max(since, calendar.add_working_days(day, -1))
