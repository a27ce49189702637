"""The patient's choice, recorded or corrected after a referral was logged."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode

from partners.models import Partner
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms.choices import ChoiceForm, NamedForm
from referrals.models import Offer, Referral


@allow(Permission.LOG, methods="GET POST")
def choice(request, pk):
    """Who was named, why somebody could not be, and whether it was the patient's own wish."""
    referral = _get(pk)
    offers = list(referral.offers.select_related("partner"))
    for offer in offers:
        offer.referral = referral
    form = bound(request, ChoiceForm, referral=referral, offers=offers)
    if saved(request, form, actions.say_choice, referral):
        return carried_out(request, "The patient’s choice is written down.", to=_page(referral))
    return render(request, "referrals/choice.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="POST")
def name_partners(request, pk):
    """From the finder: those ticked there were named, or could not be, and this is why."""
    referral = _get(pk)
    form = NamedForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("One of them is not a partner any more. Look again.")
        new = actions.name_more(referral, by=request.user, **form.values())
    except Refused as refused:
        return not_carried_out(request, refused, to=_page(referral))
    undo = urlencode({"offered": [partner.pk for partner in new]}, doseq=True)
    address = f"{reverse('referrals:unname', args=[pk])}?{undo}"
    return carried_out(request, _said(new), undo=address, to=_page(referral))


@allow(Permission.LOG, methods="POST")
def unname(request, pk):
    """Undo of the finder's ticks."""
    referral = _get(pk)
    form = NamedForm(request.GET)
    if form.is_valid():
        actions.unname(referral, partners=form.values()["partners"], by=request.user)
    return carried_out(request, "They are not on the list any more.", to=_page(referral))


def _said(new) -> str:
    who = new[0].name if len(new) == 1 else f"{len(new)} partners"
    return f"{who} stand{'s' if len(new) == 1 else ''} with the patient’s choice."


def offers_of(referral) -> list[Offer]:
    """What ``whom_offered`` said, as rows that name their partner."""
    found = []
    for row in referral.offered:
        sealed = bytes.fromhex(row["because_sealed"].removeprefix("\\x"))
        offer = Offer(id=row["id"], referral=referral, because_sealed=sealed)
        offer.partner = Partner(pk=row["partner_id"], name=row["name"])
        offer.is_chosen, offer.own_wish = row["is_chosen"], row["own_wish"]
        found.append(offer)
    return found


def _get(pk):
    return get_object_or_404(Referral.objects.not_deleted().sent().with_everyone(), pk=pk)


def _page(referral):
    return f"{referral.get_absolute_url()}#choice"
