"""Adding and changing partners. Their list and their page belong to ``front``, which knows the other apps."""

from copy import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from partners import actions
from partners.forms import PartnerForm
from partners.models import Organisation, Partner
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow

OPTIONS = 10


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
@once
def create(request):
    form = bound(request, PartnerForm, initial={"name": request.GET.get("name", "")[:160]})
    if is_sent(request, form):
        try:
            partner = actions.create(by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{partner} is added.")
            return redirect("partners:detail", partner.pk)
    return render(request, "partners/form.html", {"form": form})


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def update(request, pk):
    partner = get_object_or_404(Partner.objects.kept().with_office(), pk=pk)
    form = bound(request, PartnerForm, instance=copy(partner))
    if is_sent(request, form):
        try:
            actions.update(partner, version=form.cleaned_data["version"], by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Saved.")
            return redirect("partners:detail", partner.pk)
    return render(request, "partners/form.html", {"form": form, "partner": partner})


@allow(Permission.VIEW)
def options(request):
    """What the type-ahead for a partner shows."""
    found = Partner.objects.current().with_office().matching(request.GET.get("q", ""))[:OPTIONS]
    return render(request, "partners/options.html", {"partners": found})


@allow(Permission.VIEW)
def organisation_options(request):
    """What the type-ahead for an office shows."""
    found = Organisation.objects.kept().matching(request.GET.get("q", ""))[:OPTIONS]
    return render(request, "partners/organisation_options.html", {"organisations": found})
