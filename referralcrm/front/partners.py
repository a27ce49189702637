"""The list of partners, with what the other apps know of them."""

from django.core.paginator import Paginator
from django.db.models import Count, F, Max, OuterRef, Subquery
from django.shortcuts import render

from outreach.models import Touchpoint
from partners.filters import PartnerFilter
from partners.models import Partner
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.scope import current_practice
from referrals.models import Referral

A_PAGE = 25
SORTS = {
    "name": ["name", "id"],
    "area": ["area", "name", "id"],
    "contact": [F("last_contact").asc(nulls_first=True), "name", "id"],
    "-name": ["-name", "-id"],
    "-area": ["-area", "name", "id"],
    "-contact": [F("last_contact").desc(nulls_last=True), "name", "id"],
}


@allow(Permission.VIEW)
def partners(request):
    """Filtered and sorted by the query string; counts are of this calendar year."""
    found = PartnerFilter(request.GET, queryset=Partner.objects.kept().with_office())
    rows = with_facts(found.qs)
    if (sort := request.GET.get("sort")) in SORTS or not found.form.cleaned_data.get("q"):
        rows = rows.order_by(*SORTS.get(sort, SORTS["name"]))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "front/partners.html", {"filter": found, "page": page})


def with_facts(rows):
    """Partners with ``received`` and ``sent`` of this year and the day of ``last_contact``."""
    new_year = current_practice().today().replace(month=1, day=1)
    referrals = Referral.objects.kept().filter(happened_on__gte=new_year)
    return rows.select_related("owner").annotate(
        received=_of_each(referrals.received(), Count("id")),
        sent=_of_each(referrals.sent(), Count("id")),
        last_contact=_of_each(Touchpoint.objects.real(), Max("happened_on")),
    )


def _of_each(facts, aggregate):
    """One number or day a partner, counted only for the rows a page shows."""
    mine = facts.filter(partner=OuterRef("pk")).order_by().values("partner")
    return Subquery(mine.annotate(fact=aggregate).values("fact"))
