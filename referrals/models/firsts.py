"""Whether our report was there before the patient was back with the referrer.

A visit is known from the referral ("back with the referrer on") and, once a report had to precede it, from
that report, which keeps the day when a later one is known.
"""

from django.db.models import Exists, F, OuterRef, Q

from referrals.models.loop import Obligation
from referrals.states import REPORTED, Loop


def back_with_referrer(referrals, today):
    """Those whose patient came, and has been back with the referrer since; a report was required."""
    return referrals.filter(_noted(today) & Exists(_required()) | Exists(_known(today)))


def reported_first(referrals, today):
    """Of ``back_with_referrer``, those where a report of ours had left before each visit that is known."""
    in_time = _required().filter(state__in=sorted(REPORTED), sent_on__lt=OuterRef("next_visit_on"))
    missed = _known(today).exclude(state__in=sorted(REPORTED), sent_on__lt=F("visit_on"))
    rows = back_with_referrer(referrals, today).filter(~Exists(missed))
    return rows.filter(~_noted(today) | Exists(in_time))


def _noted(today):
    return Q(attended_on__isnull=False, next_visit_on__gt=F("attended_on"), next_visit_on__lte=today)


def _required():
    return Obligation.objects.ours().filter(referral=OuterRef("pk")).exclude(state=Loop.NOT_REQUIRED)


def _known(today):
    return _required().filter(visit_on__lte=today)
