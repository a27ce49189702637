"""Whom we named to a patient, and whom the patient chose."""

from django.db import transaction

from referralcrm.audit.actions import record
from referrals.models import Offer


@transaction.atomic
def record_offers(referral, *, by, offered, own_wish=False):
    """Keep the partners named to the patient of a sent referral; the referral's own partner was chosen.

    Whoever was chosen without having been named is a wish of the patient's. Nothing is kept where nobody
    was named and nothing wished: then nobody said what the choice was.
    """
    if not (offered or own_wish):
        return []
    named = list(dict.fromkeys(offered))
    own_wish = own_wish or referral.partner not in named
    if referral.partner not in named:
        named.append(referral.partner)
    rows = [_offer(referral, partner, place, own_wish=own_wish) for place, partner in enumerate(named, 1)]
    made = Offer.objects.bulk_create(rows)
    record("recorded the choice for", by=by, subject=referral)
    return made


@transaction.atomic
def settle_choice(referral):
    """The partner of a referral was corrected: they are the one who was chosen."""
    offers = list(referral.offers.all())
    if not offers:
        return
    Offer.objects.filter(referral=referral).update(is_chosen=False, own_wish=False)
    chosen = Offer.objects.filter(referral=referral, partner=referral.partner).order_by("place").first()
    if chosen is None:
        chosen = _offer(referral, referral.partner, len(offers) + 1, own_wish=True)
        chosen.save()
    else:
        Offer.objects.filter(pk=chosen.pk).update(is_chosen=True)


def _offer(referral, partner, place, *, own_wish):
    chosen = partner.pk == referral.partner_id
    return Offer(
        referral=referral, partner=partner, place=place, is_chosen=chosen, own_wish=chosen and own_wish
    )
