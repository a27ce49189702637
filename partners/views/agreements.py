"""What is agreed with a partner, on one page."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from partners import actions
from partners.forms import AgreementForm
from partners.models import Agreement, Partner
from referralcrm.core.answers import carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def agreement(request, pk):
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    standing = Agreement.objects.filter(partner=partner).first() or Agreement(partner=partner, version=0)
    form = bound(request, AgreementForm, instance=standing)
    if saved(request, form, partial(_agree, partner), standing):
        to = f"{reverse('partners:detail', args=[pk])}#agreement"
        return carried_out(request, "Saved. The clocks of reports still to come follow it.", to=to)
    return render(request, "partners/agreement.html", {"form": form, "partner": partner})


def _agree(partner, standing, **fields):
    return actions.agree(partner, **fields)
