"""What the desk learns about visits: when the patient is back with the referrer, and how many there were."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.scope import current_practice
from referrals.actions.dates import check_happened, check_planned
from referrals.actions.loop import set_clock

MOST_VISITS = 999


@transaction.atomic
def expect_back(referral, *, on, by, version=None):
    """The patient is back with the referrer ``on`` a day; None: it is not known. Returns the referral.

    A visit that a report has missed stays with that report. Raises Refused and Stale.
    """
    today = current_practice().today()
    check_planned(on, today=today, field="on", since=referral.happened_on)
    return _save(referral, version, by, next_visit_on=on)


@transaction.atomic
def count_visits(referral, *, number, by, on=None, version=None):
    """So many visits there have been, as counted on a day (today). Returns the referral.

    A progress report that waits for them is due from that day on. Raises Refused and Stale.
    """
    if not referral.attended_on:
        raise Refused("The patient has not come yet.", field="number")
    if not 0 <= number <= MOST_VISITS:
        raise Refused(f"Between 0 and {MOST_VISITS} visits.", field="number")
    today = current_practice().today()
    check_happened(on, today=today, field="on", since=referral.attended_on, since_what="the first visit")
    return _save(referral, version, by, visits=number, visits_on=on or today)


def _save(referral, version, by, **values):
    current = lock(referral, version=version)
    if changed := write(current, **values):
        record("changed", by=by, subject=current, changed=changed)
        set_clock(current)
    return current
