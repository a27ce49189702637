"""Whom patients were offered and whom they chose, and what led to a referral."""

from datetime import timedelta

from outreach.actions.origins import tell_origin
from outreach.models import Origin, Touchpoint
from outreach.states import TouchpointKind
from partners.models import Partner
from referrals.actions.offers import record_offers
from referrals.models import Offer, Referral

EVENT = "Open evening about shoulders"
IN_PERSON = [TouchpointKind.VISIT, TouchpointKind.LUNCH, TouchpointKind.MDT, TouchpointKind.EVENT]


def make_choices(world):
    """Whom the patients of the newest sent referrals could choose from; some came with a wish."""
    sent = Referral.objects.kept().sent().filter(discipline__isnull=False).order_by("-happened_on", "-id")
    for number, referral in enumerate(sent.select_related("partner")[:6]):
        others = (
            Partner.objects.current().filter(discipline=referral.discipline).exclude(pk=referral.partner_id)
        )
        named = list(others.order_by("name")[:2])
        offered = [*named, referral.partner] if number % 3 < 2 else named
        record_offers(referral, by=referral.entered_by, offered=offered, own_wish=number % 3 == 2)
        Offer.objects.filter(referral=referral).update(offered_at=referral.entered_at)


def make_origins(world):
    """What the desk was told about some of the newest referrals from partners."""
    newest = Referral.objects.kept().received().filter(partner__isnull=False)
    newest = newest.order_by("-happened_on", "-id").select_related("partner")[:40]
    met = next(((row, seen) for row in newest if (seen := _met_before(row))), None)
    told = [(met[0], {"contact": met[1]})] if met else []
    rest = [row for row in newest if not met or row != met[0]]
    told += zip(rest, [{"introduced_by": world.stories["advice"]}, {"event": EVENT}], strict=False)
    for referral, what in told:
        tell_origin(referral, version=0, by=referral.entered_by, **what)
        Origin.objects.filter(referral=referral).update(at=referral.entered_at)


def _met_before(referral):
    """The last time somebody met its partner in person, in the three months before."""
    since = referral.happened_on - timedelta(days=90)
    met = Touchpoint.objects.filter(partner=referral.partner, kind__in=IN_PERSON)
    return met.filter(happened_on__range=(since, referral.happened_on)).order_by("-happened_on").first()
