"""The manager's dashboard and the rows behind its numbers."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render

from referralcrm.dashboards.answers import Answers
from referralcrm.dashboards.definitions import DEFINITIONS
from referralcrm.dashboards.listings import FIGURES, SHOWN, counted, months
from referralcrm.dashboards.page import Page
from referralcrm.dashboards.periods import CHOICES
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import places
from referralcrm.practice.scope import current_practice

A_PAGE = 25


@allow(Permission.VIEW_DASHBOARD)
def manager(request):
    """``months`` is 3, 12 or 24; ``location`` an id, or ``all``."""
    asked = counted(request.GET, here=places(request).here)
    page = Page(asked, me=request.user, places=places(request).in_use)
    context = {"page": page, "can_plan": request.user.may(Permission.LOG)}
    return render(request, "dashboards/manager.html", context)


@allow(Permission.VIEW_DASHBOARD)
def answers(request):
    """How long questions waited; ``months`` is 3, 12 or 24, and the place is that of the frame's switch."""
    practice, here = current_practice(), places(request).here
    found = Answers(Calendar(practice), months(request.GET, practice.today()), here)
    context = {"answers": found, "choices": CHOICES, "here": here}
    return render(request, "dashboards/answers.html", context)


@allow(Permission.VIEW_DASHBOARD)
def rows(request, what):
    """The rows that one number counts; ``month`` (2026-11) narrows the period to one month."""
    definition = DEFINITIONS.get(what)
    if definition is None:
        raise Http404
    asked = counted(request.GET, here=places(request).here)
    found = SHOWN[definition.of](definition.rows(asked))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "definition": definition,
        "what": what,
        "listed": FIGURES[definition.of],
        "period": asked.period,
        "location": asked.location,
        "page": page,
    }
    return render(request, "dashboards/rows.html", context)
