"""Where a partner works and who else answers there."""

from copy import copy
from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from partners import actions
from partners.forms import AffiliationForm, ContactForm
from partners.models import Affiliation, Contact, Partner
from referralcrm.core.forms import bound, saved
from referralcrm.practice import trash
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
@once
def create_contact(request, pk):
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    form = bound(request, ContactForm)
    if contact := saved(request, form, partial(actions.create_contact, partner)):
        messages.success(request, f"{contact.name} is added.")
        return redirect("partners:detail", partner.pk)
    return render(request, "partners/contact.html", {"form": form, "partner": partner})


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def update_contact(request, pk):
    contact = get_object_or_404(Contact.objects.kept().select_related("partner"), pk=pk)
    form = bound(request, ContactForm, instance=copy(contact))
    if saved(request, form, actions.update_contact, contact):
        messages.success(request, "Saved.")
        return redirect("partners:detail", contact.partner_id)
    return render(
        request, "partners/contact.html", {"form": form, "partner": contact.partner, "contact": contact}
    )


@allow(Permission.EDIT_PARTNERS, methods="POST")
def delete_contact(request, pk):
    contact = actions.delete_contact(get_object_or_404(Contact.objects.kept(), pk=pk), by=request.user)
    messages.success(request, f"{contact.name} is taken off the list.", extra_tags=trash.undo(contact))
    return redirect("partners:detail", contact.partner_id)


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
@once
def affiliate(request, pk):
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    form = bound(request, AffiliationForm)
    if saved(request, form, partial(actions.affiliate, partner)):
        messages.success(request, "The office is added.")
        return redirect("partners:detail", partner.pk)
    return render(request, "partners/affiliation.html", {"form": form, "partner": partner})


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def update_affiliation(request, pk):
    affiliation = get_object_or_404(Affiliation.objects.kept().with_names(), pk=pk)
    form = bound(request, AffiliationForm, instance=copy(affiliation))
    if saved(request, form, actions.update_affiliation, affiliation):
        messages.success(request, "Saved.")
        return redirect("partners:detail", affiliation.partner_id)
    context = {"form": form, "partner": affiliation.partner, "affiliation": affiliation}
    return render(request, "partners/affiliation.html", context)


@allow(Permission.EDIT_PARTNERS, methods="POST")
def delete_affiliation(request, pk):
    affiliation = actions.delete_affiliation(
        get_object_or_404(Affiliation.objects.kept(), pk=pk), by=request.user
    )
    messages.success(request, "The office is taken off the list.", extra_tags=trash.undo(affiliation))
    return redirect("partners:detail", affiliation.partner_id)
