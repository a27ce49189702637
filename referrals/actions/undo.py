"""Taking back what was tapped by mistake, exactly: what stood before stands again, and no date is made up."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referrals.actions import notices
from referrals.actions.journey import check_fresh, tell, write
from referrals.actions.loop import set_clock
from referrals.actions.trash import delete
from referrals.models import Referral
from referrals.states import DONE, UNDO_DAYS, Loop

TOO_LATE = "This can no longer be taken back; take another step instead."


@transaction.atomic
def take_step_back(referral, *, by, version=None):
    """Undo the newest step of the journey within UNDO_DAYS; a rebooking was two and both go.

    The report's clock follows, and thanks that the step took back or gave are as before. The steps
    leave the history; the audit log keeps them. Raises Refused, and Stale when anything changed since.
    """
    check_fresh(referral, version)
    steps = _newest(referral)
    _check(referral, steps)
    before, stood = referral.journey, {}
    for step in steps:
        stood |= step.undo["stood"]
    write(referral, {name: Referral._meta.get_field(name).to_python(value) for name, value in stood.items()})
    referral.events.filter(pk__in=[step.pk for step in steps]).delete()
    set_clock(referral)
    record("took a step back with", by=by, subject=referral, changed=sorted(stood))
    tell(referral, before, referral.journey, by)
    notices.take_back(referral, before)
    return referral


@transaction.atomic
def take_logging_back(referral, *, by, version):
    """It was logged by mistake just now: into the trash, so that nobody is thanked and nothing counts.

    Raises Refused as ``delete`` does, and Stale when anything happened to it since.
    """
    check_fresh(referral, version)
    return delete(referral, by=by)


def _newest(referral) -> list:
    """The steps that go together, newest first; of the latest only where it can be taken back."""
    newest = list(referral.events.order_by("-entered_at", "-id")[:2])
    return newest if newest and newest[0].undo and newest[0].undo["with_last"] else newest[:1]


def _check(referral, steps):
    if not steps or any(step.undo is None for step in steps) or steps[0].after != referral.journey:
        raise Refused(TOO_LATE)
    if timezone.now() - steps[0].entered_at > timedelta(days=UNDO_DAYS):
        raise Refused(TOO_LATE)
    was_seen = any("attended_on" in step.undo["stood"] for step in steps)
    if was_seen and referral.obligations.filter(state__in=[*DONE.values(), Loop.ACKNOWLEDGED]).exists():
        raise Refused("The report about this visit was recorded. Take that back first.")
