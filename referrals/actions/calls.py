"""Calling a patient who is not booked yet: each call that led nowhere, and when to try again."""

from datetime import timedelta

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.practice.scope import current_practice
from referrals.actions.journey import check_fresh, write
from referrals.models import CallAttempt
from referrals.states import CallOutcome

PUT_OFF_AT_MOST = timedelta(days=366)


@transaction.atomic
def log_call(referral, *, by, outcome=CallOutcome.NO_ANSWER, version=None):
    """A call just now that led to no appointment. Returns the CallAttempt.

    Raises Refused when nobody needs to be called, and Stale when somebody else was first.
    """
    check_fresh(referral, version)
    _check_to_book(referral)
    write(referral, {"calls": referral.calls + 1})
    call = CallAttempt.objects.create(referral=referral, number=referral.calls, outcome=outcome, by=by)
    record("called about", by=by, subject=referral, changed=["calls"], note=CallOutcome(outcome).label)
    return call


@transaction.atomic
def take_call_back(referral, *, by, version=None):
    """The newest call was never made. Raises Refused when there is none, Stale as ``log_call`` does."""
    check_fresh(referral, version)
    call = referral.attempts.first() if referral.calls else None
    if call is None:
        raise Refused("There is no call to take back.")
    write(referral, {"calls": call.number - 1})
    call.delete()
    record("took a call back about", by=by, subject=referral, changed=["calls"])


@transaction.atomic
def put_off(referral, *, by, until, version=None):
    """Call again on a day within the next year, and leave the list until then; None: from now on.

    Raises Refused and Stale as ``log_call`` does.
    """
    check_fresh(referral, version)
    _check_to_book(referral)
    today = current_practice().today()
    if until is not None and not today < until <= today + PUT_OFF_AT_MOST:
        raise Refused("Choose a day from tomorrow to a year from now.", field="until")
    write(referral, {"call_on": until})
    record("put off calling about", by=by, subject=referral, changed=["call_on"])


def _check_to_book(referral):
    if not referral.is_to_book:
        raise Refused(f"This referral is {referral.get_journey_display()}; nobody needs to be called.")
