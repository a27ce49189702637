"""The list of partners, with what the other apps know of them."""

from operator import methodcaller

from django.db.models import Count, F, Max, OuterRef, Subquery
from django.shortcuts import redirect, render

from outreach.models import Touchpoint
from partners.filters import PartnerFilter
from partners.models import LikelyPair, Partner
from referralcrm.practice import browse
from referralcrm.practice.browse import Browsed, BuiltIn
from referralcrm.practice.listings import Asked, Column, offer
from referralcrm.practice.pages import Pages
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
USUAL = ("name", "area", "circle", "owner", "received", "sent", "contact")


def with_facts(rows, columns=USUAL, sort="", *, location=None):
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


def rows_of(asked, *, columns, sort):
    """Filtered and sorted; those that fit the words looked for stand best fit first, unless sorted."""
    found = PartnerFilter(asked.data, queryset=Partner.objects.kept().with_office())
    return found, _sorted(with_facts(found.qs, columns, sort, location=asked.here), found, sort)


def _sorted(rows, found, sort):
    """Best fit first where words were looked for, unless another order is asked for."""
    if sort in SORTS or not found.form.cleaned_data.get("q"):
        return rows.order_by(*SORTS.get(sort, SORTS["name"]))
    return rows


def _circle(partner):
    """Why it ended, of whoever has."""
    ended = partner.get_ending_display() or "Ended"
    return ended if partner.ended_on else partner.get_circle_display()


def _next_step(partner):
    day = partner.next_step_on
    return ", ".join(filter(None, [partner.next_step, day and day.isoformat()]))


PARTNERS = offer(
    Browsed(
        slug="partners",
        title="Partners",
        url_name="partners:list",
        noun="partner",
        filters=PartnerFilter,
        rows=rows_of,
        columns=(
            Column("name", "Partner", "name", sort="name", is_fixed=True),
            Column("area", "Area", "area", sort="area"),
            Column("circle", "Circle", _circle),
            Column("owner", "Looked after by", "owner.name", sort="owner"),
            Column("received", "Received this year", lambda partner: partner.received or 0, numeric=True),
            Column("sent", "Sent this year", lambda partner: partner.sent or 0, numeric=True),
            Column("contact", "Last in touch", "last_contact", sort="contact"),
            Column("discipline", "Discipline", "discipline.name"),
            Column("office", "Office", "organisation.name"),
            Column("phone", "Phone", "phone"),
            Column("email", "E-mail", "email"),
            Column("kind", "Kind", methodcaller("get_kind_display")),
            Column("stage", "Stage", methodcaller("get_stage_display")),
            Column("tags", "Tags", "tags"),
            Column("plans", "Insurers", "plans"),
            Column("next", "Next step", _next_step, sort="next"),
        ),
        usual=USUAL,
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
    here = chosen_place(request)
    found, _ = rows_of(Asked(request.GET, here, request.user), columns=(), sort=chosen.sort)
    pages = Pages(
        found.qs,
        A_PAGE,
        sort=lambda rows: _sorted(with_facts(rows, (), chosen.sort), found, chosen.sort),
        read=lambda few: _whole(few, chosen.column_keys, here),
    )
    page = pages.get_page(request.GET.get("page"))
    context = {"chosen": chosen, "filter": found, "page": page, "stale": browse.stale(found)}
    return render(request, "front/partners.html", context | {"here": here})


def _whole(rows, columns, location):
    """A few rows with all that the page shows of them."""
    rows = with_facts(rows.with_office(), columns, location=location)
    return rows.annotate(likely_pairs=LikelyPair.objects.how_many("partner"))
