"""The list of partners, with what the other apps know of them."""

from django.core.paginator import Paginator
from django.db.models import Count, F, Max, OuterRef, Subquery
from django.shortcuts import redirect, render

from outreach.models import Touchpoint
from partners.filters import PartnerFilter
from partners.models import LikelyPair, Partner
from referralcrm.practice import browse
from referralcrm.practice.browse import Browsed, BuiltIn, Column
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referralcrm.practice.pulse import live
from referralcrm.practice.scope import current_practice
from referrals.models import Referral

A_PAGE = 25
BY_NAME = ["name", "id"]
SORTS = {
    "name": BY_NAME,
    "area": ["area", *BY_NAME],
    "owner": [F("owner__name").asc(nulls_last=True), *BY_NAME],
    "next": [F("next_step_on").asc(nulls_last=True), *BY_NAME],
    "contact": [F("last_contact").asc(nulls_first=True), *BY_NAME],
    "-name": ["-name", "-id"],
    "-area": ["-area", *BY_NAME],
    "-owner": [F("owner__name").desc(nulls_last=True), *BY_NAME],
    "-next": [F("next_step_on").desc(nulls_last=True), *BY_NAME],
    "-contact": [F("last_contact").desc(nulls_last=True), *BY_NAME],
}
PARTNERS = browse.offer(
    Browsed(
        slug="partners",
        title="Partners",
        url_name="partners:list",
        filters=PartnerFilter,
        columns=(
            Column("name", "Partner", sort="name", is_fixed=True),
            Column("area", "Area", sort="area"),
            Column("circle", "Circle"),
            Column("owner", "Looked after by", sort="owner"),
            Column("received", "Received this year", numeric=True),
            Column("sent", "Sent this year", numeric=True),
            Column("contact", "Last in touch", sort="contact"),
            Column("discipline", "Discipline"),
            Column("office", "Office"),
            Column("phone", "Phone"),
            Column("email", "E-mail"),
            Column("kind", "Kind"),
            Column("stage", "Stage"),
            Column("tags", "Tags"),
            Column("plans", "Insurers"),
            Column("next", "Next step", sort="next"),
        ),
        usual=("name", "area", "circle", "owner", "received", "sent", "contact"),
        built_in=(
            BuiltIn(browse.EVERYTHING, "All"),
            BuiltIn("mine", "Mine", "owner={me}", permission=Permission.LOG),
            BuiltIn("inner", "Inner circle", "circle=inner&sort=contact"),
            BuiltIn("nobody", "Looked after by nobody", "owner=null"),
            BuiltIn(
                "phone-list", "Phone list", columns=("name", "discipline", "office", "phone", "email", "area")
            ),
        ),
    )
)


@allow(Permission.VIEW)
@live("partner", "organisation", "affiliation", "referral", "touchpoint")
def partners(request):
    """Filtered, sorted and shown as the address says; counts are of this calendar year."""
    chosen = browse.Chosen(PARTNERS, request)
    request.GET = chosen.address  # what every link and form on the page goes on from
    if chosen.was_reordered:
        return redirect(f"{request.path}?{request.GET.urlencode()}")
    found = PartnerFilter(request.GET, queryset=Partner.objects.kept().with_office())
    here = chosen_place(request)
    rows = with_facts(found.qs, chosen.column_keys, chosen.sort, location=here)
    if chosen.sort in SORTS or not found.form.cleaned_data.get("q"):
        rows = rows.order_by(*SORTS.get(chosen.sort, SORTS["name"]))
    rows = rows.annotate(likely_pairs=LikelyPair.objects.how_many("partner"))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"chosen": chosen, "filter": found, "page": page, "stale": browse.stale(found)}
    return render(request, "front/partners.html", context | {"here": here})


def with_facts(rows, columns=PARTNERS.usual, sort="", *, location=None):
    """Partners with what the columns and the order ask for, and nothing else.

    ``received`` and ``sent`` are of this year (at a Location), ``last_contact`` is a day.
    """
    new_year = current_practice().today().replace(month=1, day=1)
    referrals = Referral.objects.kept().at(location).filter(happened_on__gte=new_year)
    facts = {
        "received": ("received", referrals.received(), Count("id")),
        "sent": ("sent", referrals.sent(), Count("id")),
        "contact": ("last_contact", Touchpoint.objects.real(), Max("happened_on")),
    }
    asked = {*columns, sort.removeprefix("-")} & set(facts)
    rows = rows.annotate(**{facts[key][0]: _of_each(*facts[key][1:]) for key in asked})
    if "plans" in columns:
        rows = rows.prefetch_related("plans")
    return rows.select_related("owner")


def _of_each(facts, aggregate):
    """One number or day a partner, counted only for the rows a page shows."""
    mine = facts.filter(partner=OuterRef("pk")).order_by().values("partner")
    return Subquery(mine.annotate(fact=aggregate).values("fact"))
