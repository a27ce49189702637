"""The places where partners work."""

from copy import copy

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render

from partners import actions
from partners.forms import OrganisationForm
from partners.models import Affiliation, LikelyPair, Merge, Organisation
from partners.views.merges import gone_to
from referralcrm.core.forms import bound, saved
from referralcrm.practice import trash
from referralcrm.practice.listings import Column, Listing, Rows, offer
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow

A_PAGE = 25


def _found(data):
    rows = Organisation.objects.kept().with_people().order_by("name", "id")
    return rows.matching(data.get("q", ""))


ORGANISATIONS = offer(
    Listing(
        slug="organisations",
        title="Organisations",
        url_name="partners:organisations",
        noun="organisation",
        rows=lambda asked: Rows(_found(asked.data)),
        columns=(
            Column("name", "Organisation", "name"),
            Column("area", "Area", "area"),
            Column("phone", "Phone", "phone"),
            Column("people", "Partners there", "partner_count", numeric=True),
        ),
    )
)


@allow(Permission.VIEW)
def organisations(request):
    rows = _found(request.GET).annotate(likely_pairs=LikelyPair.objects.how_many("organisation"))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "partners/organisations.html", {"page": page, "columns": ORGANISATIONS.columns})


@allow(Permission.VIEW)
def organisation(request, pk):
    found = Organisation.objects.kept().filter(pk=pk).first()
    if found is None:
        merged = get_object_or_404(Organisation.objects.merged_away(), pk=pk)
        return gone_to(request, merged, "partners:organisation")
    merges = Merge.objects.undoable().filter(kind="organisation", survivor=pk)
    people = Affiliation.objects.kept().with_names().filter(organisation=found, partner__deleted_at=None)
    context = {"organisation": found, "people": people[:200], "merges": merges}
    return render(request, "partners/organisation.html", context)


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
@once
def create_organisation(request):
    form = bound(request, OrganisationForm)
    if made := saved(request, form, actions.create_organisation):
        messages.success(request, f"{made} is added.")
        return redirect("partners:organisation", made.pk)
    return render(request, "partners/organisation_form.html", {"form": form})


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def update_organisation(request, pk):
    found = get_object_or_404(Organisation.objects.kept(), pk=pk)
    form = bound(request, OrganisationForm, instance=copy(found))
    if saved(request, form, actions.update_organisation, found):
        messages.success(request, "Saved.")
        return redirect("partners:organisation", found.pk)
    return render(request, "partners/organisation_form.html", {"form": form, "organisation": found})


@allow(Permission.EDIT_PARTNERS, methods="POST")
def delete_organisation(request, pk):
    found = get_object_or_404(Organisation.objects.kept(), pk=pk)
    actions.delete_organisation(found, by=request.user)
    messages.success(request, f"{found} is in the trash for 30 days.", extra_tags=trash.undo(found))
    return redirect("partners:organisations")
