"""The manager's dashboard and the rows behind its numbers."""

from contextlib import suppress
from datetime import date
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render

from referralcrm.dashboards.answers import Answers
from referralcrm.dashboards.definitions import CONTACTS, DEFINITIONS, FRICTIONS, PARTNERS, REFERRALS
from referralcrm.dashboards.page import Page
from referralcrm.dashboards.periods import CHOICES, USUAL, Period
from referralcrm.dashboards.rows import Rows
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Location
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import places
from referralcrm.practice.scope import current_practice

A_PAGE = 25
EARLIEST = date(1990, 1, 1)
SHOWN = {
    REFERRALS: lambda rows: rows.with_everyone().order_by("-happened_on", "-id"),
    PARTNERS: lambda rows: rows.with_office().order_by("name", "id"),
    FRICTIONS: lambda rows: rows.select_related("partner", "owner").order_by("happened_on", "id"),
    CONTACTS: lambda rows: rows.select_related("partner", "by").order_by("-happened_on", "-id"),
}


@allow(Permission.VIEW_DASHBOARD)
def manager(request):
    """``months`` is 3, 12 or 24; ``location`` an id, or ``all``."""
    page = Page(_rows(request), me=request.user, places=places(request).in_use)
    context = {"page": page, "can_plan": request.user.may(Permission.LOG)}
    return render(request, "dashboards/manager.html", context)


@allow(Permission.VIEW_DASHBOARD)
def answers(request):
    """How long questions waited; ``months`` is 3, 12 or 24, and the place is that of the frame's switch."""
    practice, here = current_practice(), places(request).here
    found = Answers(Calendar(practice), _months(request, practice.today()), here)
    context = {"answers": found, "choices": CHOICES, "here": here}
    return render(request, "dashboards/answers.html", context)


@allow(Permission.VIEW_DASHBOARD)
def rows(request, what):
    """The rows that one number counts; ``month`` (2026-11) narrows the period to one month."""
    definition = DEFINITIONS.get(what)
    if definition is None:
        raise Http404
    asked = _rows(request)
    found = SHOWN[definition.of](definition.rows(asked))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {"definition": definition, "period": asked.period, "location": asked.location, "page": page}
    return render(request, "dashboards/rows.html", context)


def _rows(request):
    practice = current_practice()
    return Rows(Calendar(practice), _period(request, practice.today()), _location(request))


def _period(request, today):
    """One month, or so many; what makes no sense is the usual period."""
    with suppress(ValueError):
        month = date.fromisoformat(f"{request.GET.get('month', '')}-01")
        if EARLIEST <= month <= today:
            return Period.of_month(month, today)
    return _months(request, today)


def _months(request, today):
    months = request.GET.get("months", "")
    return Period.ending(today, int(months) if months in map(str, CHOICES) else USUAL)


def _location(request):
    """The one in the address, which wins over the switch; what is no location of ours is all of them."""
    if "location" not in request.GET:
        return places(request).here
    try:
        return Location.objects.filter(pk=UUID(request.GET["location"])).first()
    except ValueError:
        return None
