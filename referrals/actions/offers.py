"""Whom we named to a patient, and whom the patient chose."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referrals.models import Offer
from referrals.states import Direction

MOST_NAMED = 20  # to one patient


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
def say_choice(referral, *, by, version, named, own_wish=False, because=None):
    """Say anew who was named to the patient of a sent referral, in this order; where it went was chosen.

    ``because`` says, by the partner's key, why we could not refer there. Nothing is kept where only the
    chosen one is named and it was no wish of theirs. Returns the referral. Raises Refused and Stale.
    """
    current = _sent(referral, version=version)
    said = dict(because or {})
    named = list(dict.fromkeys(named))
    if not named and not own_wish:
        Offer.objects.filter(referral=current).delete()
    else:
        _keep(current, [*named, *([] if current.partner in named else [current.partner])], own_wish, said)
    return _changed(current, by, "corrected the choice for")


@transaction.atomic
def name_more(referral, *, by, partners, because=None) -> list:
    """Partners were named to the patient of a referral that is logged already, besides those who stand there.

    ``because`` says, by the partner's key, why we could not refer there. Returns those who are new, in
    their order. Raises Refused.
    """
    current = _sent(referral)
    offers = list(current.offers.select_related("partner"))
    known = {offer.partner_id for offer in offers}
    new = [partner for partner in dict.fromkeys(partners) if partner.pk not in known]
    if not new:
        raise Refused("Tick whom you named to the patient." if not partners else "They stand there already.")
    named = [offer.partner for offer in offers] + new
    if current.partner not in named:
        named.append(current.partner)
    said = {offer.partner_id: offer.because for offer in offers} | dict(because or {})
    _keep(current, named, any(offer.own_wish for offer in offers), said)
    _changed(current, by, "recorded the choice for")
    return new


@transaction.atomic
def unname(referral, *, by, partners):
    """Undo: these were not named after all. Who was chosen stays, unless alone and unwished."""
    current = _sent(referral)
    Offer.objects.filter(referral=current, partner__in=partners, is_chosen=False).delete()
    left = list(current.offers.all())
    if not any(offer.own_wish or not offer.is_chosen for offer in left):
        Offer.objects.filter(referral=current).delete()
    return _changed(current, by, "corrected the choice for")


def _sent(referral, *, version=None):
    current = lock(referral, version=version)
    if current.direction != Direction.SENT:
        raise Refused("Only a patient whom we send somewhere has a choice to make.")
    return current


def _keep(referral, named, own_wish, because):
    """The offers of a referral are these partners, in this order; what stood of each stays."""
    if len(named) > MOST_NAMED:
        raise Refused(f"Those are more than {MOST_NAMED}. Keep those the patient really chose among.")
    Offer.objects.filter(referral=referral).update(is_chosen=False, own_wish=False)
    known = {offer.partner_id: offer for offer in referral.offers.all()}
    for place, partner in enumerate(named, 1):
        fresh = _offer(referral, partner, place, own_wish=own_wish)
        offer = known.pop(partner.pk, fresh)
        offer.referral = referral
        offer.place, offer.is_chosen, offer.own_wish = place, fresh.is_chosen, fresh.own_wish
        offer.because = "" if fresh.is_chosen else because.get(partner.pk, "")
        offer.save()
    Offer.objects.filter(pk__in=[offer.pk for offer in known.values()]).delete()


def _changed(referral, by, verb):
    referral.version += 1
    referral.save(update_fields=["version"])
    record(verb, by=by, subject=referral)
    return referral


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
        Offer.objects.filter(pk=chosen.pk).update(is_chosen=True, because_sealed=b"")


def _offer(referral, partner, place, *, own_wish):
    chosen = partner.pk == referral.partner_id
    return Offer(
        referral=referral, partner=partner, place=place, is_chosen=chosen, own_wish=chosen and own_wish
    )
