"""What is agreed with a partner, on one page."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from partners import actions
from partners.forms import AgreementForm
from partners.models import Agreement, Partner
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def agreement(request, pk):
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    standing = Agreement.objects.filter(partner=partner).first() or Agreement(partner=partner, version=0)
    form = bound(request, AgreementForm, instance=standing)
    before = standing.version
    if now := saved(request, form, partial(_agree, partner), standing):
        text, undo = "Saved. The clocks of reports still to come follow it.", _undo(now)
        return carried_out(request, text, undo=undo if now.version > before else "", to=_panel(pk))
    earlier = standing.earlier
    context = {"form": form, "partner": partner, "agreement": standing, "earlier": earlier}
    return render(request, "partners/agreement.html", context)


@allow(Permission.EDIT_PARTNERS, methods="POST")
def put_back(request, pk):
    """What was agreed before the last change holds again, if nobody saved since (``version``)."""
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    seen = request.GET.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
    try:
        now = actions.put_agreement_back(partner, version=version, by=request.user)
    except Stale:
        changed = Refused("Somebody changed what is agreed since. Look at it again.")
        return not_carried_out(request, changed, to=_panel(pk))
    except Refused as refused:
        return not_carried_out(request, refused, to=_panel(pk))
    return carried_out(request, "As it was before; the clocks follow.", undo=_undo(now), to=_panel(pk))


def _undo(agreement):
    address = reverse("partners:put_agreement_back", args=[agreement.partner_id])
    return f"{address}?version={agreement.version}"


def _panel(pk):
    return f"{reverse('partners:detail', args=[pk])}#agreement"


def _agree(partner, standing, **fields):
    return actions.agree(partner, **fields)
