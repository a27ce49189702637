"""The rows behind the numbers, as a page and a file show them: which, in which order and in what columns."""

from contextlib import suppress
from datetime import date
from operator import methodcaller
from uuid import UUID

from django.urls import reverse

from referralcrm.dashboards.definitions import CONTACTS, DEFINITIONS, FRICTIONS, PARTNERS, REFERRALS
from referralcrm.dashboards.periods import CHOICES, USUAL, Period
from referralcrm.dashboards.rows import Rows
from referralcrm.practice import listings
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.listings import Column, Listing, offer
from referralcrm.practice.models import Location
from referralcrm.practice.permissions import Permission
from referralcrm.practice.places import place_of
from referralcrm.practice.scope import current_practice
from referrals.models import Referral

EARLIEST = date(1990, 1, 1)
SHOWN = {
    REFERRALS: lambda rows: rows.with_everyone().order_by("-happened_on", "-id"),
    PARTNERS: lambda rows: rows.with_office().order_by("name", "id"),
    FRICTIONS: lambda rows: rows.select_related("partner", "owner").order_by("happened_on", "id"),
    CONTACTS: lambda rows: rows.select_related("partner", "by").order_by("-happened_on", "-id"),
}
TITLES = {
    REFERRALS: "Referrals behind a number",
    PARTNERS: "Partners behind a number",
    FRICTIONS: "What was hard for them",
    CONTACTS: "Contacts behind a number",
}
NOUNS = {REFERRALS: "referral", PARTNERS: "partner", FRICTIONS: "friction", CONTACTS: "touchpoint"}


def counted(data, *, here) -> Rows:
    """The rows of every number for the period and the place that a query string asks for.

    ``here`` is the Location of the frame's switch, None for all; one in the query string wins over it.
    """
    practice = current_practice()
    return Rows(Calendar(practice), _period(data, practice.today()), _location(data, here))


def months(data, today) -> Period:
    """So many months up to today; what makes no sense is the usual period."""
    asked = data.get("months", "")
    return Period.ending(today, int(asked) if asked in map(str, CHOICES) else USUAL)


def _period(data, today):
    """One month, or so many."""
    with suppress(ValueError):
        month = date.fromisoformat(f"{data.get('month', '')}-01")
        if EARLIEST <= month <= today:
            return Period.of_month(month, today)
    return months(data, today)


def _location(data, here):
    """What is no location of ours is all of them."""
    if "location" not in data:
        return here
    try:
        return Location.objects.filter(pk=UUID(data["location"])).first()
    except ValueError:
        return None


def _rows_of(kind):
    def rows(asked):
        definition = DEFINITIONS.get(asked.data.get("what"))
        if definition is None or definition.of != kind:
            return listings.Rows(Referral.objects.none())
        here = place_of(asked.here, list(Location.objects.active()))
        return listings.Rows(SHOWN[kind](definition.rows(counted(asked.data, here=here))))

    return rows


def _page(data):
    """The page of the number, or all of them when the query string names none."""
    kept = data.copy()
    what = (kept.pop("what", None) or [""])[-1]
    if what not in DEFINITIONS:
        return reverse("dashboards:manager")
    return reverse("dashboards:rows", args=[what], query=kept)


def _whence(referral):
    return referral.partner.name if referral.partner else referral.get_source_display()


COLUMNS = {
    REFERRALS: (
        Column("date", "Happened", "happened_on"),
        Column("direction", "Direction", methodcaller("get_direction_display")),
        Column("partner", "Partner", _whence),
        Column("for", "For", "what_for"),
        Column("now", "Where it is", methodcaller("get_journey_display")),
        Column("location", "Location", "location.name"),
    ),
    PARTNERS: (
        Column("name", "Partner", "name"),
        Column("discipline", "Discipline", "discipline.name"),
        Column("office", "Office", "organisation.name"),
        Column("kind", "Kind", methodcaller("get_kind_display")),
    ),
    FRICTIONS: (
        Column("date", "When", "happened_on"),
        Column("partner", "Partner", "partner.name"),
        Column("what", "What", "trouble"),
        Column("owner", "Who answers", lambda row: row.owner.name if row.owner else "everybody"),
    ),
    CONTACTS: (
        Column("date", "When", "happened_on"),
        Column("partner", "Partner", "partner.name"),
        Column("kind", "Contact", methodcaller("get_kind_display")),
        Column("by", "By", lambda row: "them" if row.by_them else row.by and row.by.name),
    ),
}
FIGURES = {
    kind: offer(
        Listing(
            slug=f"figure-{kind}",
            title=TITLES[kind],
            url_name="dashboards:rows",
            noun=NOUNS[kind],
            permission=Permission.VIEW_DASHBOARD,
            rows=_rows_of(kind),
            columns=columns,
            back=_page,
        )
    )
    for kind, columns in COLUMNS.items()
}
