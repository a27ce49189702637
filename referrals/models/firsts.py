"""Whether our report was there before the patient was back with the referrer.

A visit is known from the referral ("back with the referrer on") and, once a report had to precede it, from
that report, which keeps the day when a later one is known.
"""

from django.db.models import Exists, F, OuterRef, Q

from referrals.models.loop import Obligation
from referrals.models.referrals import Referral
from referrals.states import REPORTED, Loop


def back_with_referrer(referrals, today):
    """Those whose patient came, and has been back with the referrer since; a report was required.

    Both ways to know of a visit are looked up apart and put together: OR would read every report there is.
    """
    noted = referrals.filter(_noted(today), Exists(_required().filter(referral=OuterRef("pk"))))
    known = referrals.filter(pk__in=_known(today).values("referral"))
    found = noted.order_by().values("pk").union(known.order_by().values("pk"))
    return Referral.objects.filter(pk__in=found)


def reported_first(referrals, today):
    """Of ``back_with_referrer``, those where a report of ours had left before each visit that is known."""
    return back_with_referrer(referrals, today).filter(was_first(today))


def was_first(today):
    """Whether, of a referral whose patient was back with the referrer, our report was there before."""
    in_time = _required().filter(
        referral=OuterRef("pk"), state__in=sorted(REPORTED), sent_on__lt=OuterRef("next_visit_on")
    )
    missed = _known(today).exclude(state__in=sorted(REPORTED), sent_on__lt=F("visit_on"))
    return ~Exists(missed.filter(referral=OuterRef("pk"))) & (~_noted(today) | Exists(in_time))


def _noted(today):
    return Q(attended_on__isnull=False, next_visit_on__gt=F("attended_on"), next_visit_on__lte=today)


def _required():
    return Obligation.objects.ours().exclude(state=Loop.NOT_REQUIRED)


def _known(today):
    return _required().filter(visit_on__lte=today)
