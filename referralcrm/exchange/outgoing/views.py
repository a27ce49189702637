"""Taking a list out: say what goes in, watch it being written, fetch it."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from referralcrm.core.forms import bound, is_sent
from referralcrm.exchange.outgoing import actions
from referralcrm.exchange.outgoing.books import CONTENT_TYPE
from referralcrm.exchange.outgoing.forms import ExportForm
from referralcrm.exchange.outgoing.kinds import WHOLE, kinds, said_by
from referralcrm.exchange.outgoing.models import Export
from referralcrm.practice.listings import Asked
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": CONTENT_TYPE,
}
A_PAGE = 10


@allow(Permission.EXPORT, methods="GET POST")
@once
def export(request, kind):
    """The rows of a list's filters as a file, and what was taken out lately."""
    chosen = _kind(kind, request.user)
    query, here = said_by(request.GET), chosen_place(request)
    may_name = request.user.may(Permission.VIEW_PATIENTS)
    shown = [column for column in chosen.shown(request.GET) if may_name or not column.only_named]
    form = bound(request, ExportForm, kind=chosen, shown=shown, may_name=may_name)
    if is_sent(request, form):
        options = {"as_seen": chosen.seen is not None} | form.cleaned_data
        asked = actions.ask_for(chosen.key, by=request.user, query=query, here=here, **options)
        return redirect("exchange:taken", asked.pk)
    page = Paginator(_open_to(request.user).select_related("by"), A_PAGE).get_page(request.GET.get("page"))
    asked = Asked(request.GET, here, request.user)
    context = {
        "kind": chosen,
        "form": form,
        "shown": shown,
        "page": _labelled(page),
        "query": query,
        "back": chosen.address(QueryDict(query)),
        "count": chosen.found(asked, as_seen=chosen.seen is not None).count(),
        "filter": chosen.filters and chosen.filters(request.GET),
        "others": [other for other in WHOLE.values() if _is_narrowed_like(other, chosen)],
    }
    return render(request, "exchange/export.html", context)


@allow(Permission.EXPORT)
def taken(request, pk):
    """One list: how far it is, or where to fetch it."""
    return render(request, "exchange/taken.html", {"export": _asked(request, pk)})


@allow(Permission.EXPORT)
def taking(request, pk):
    """How far it is, for the page that waits; that page is opened anew when it is over."""
    asked = _asked(request, pk)
    response = render(request, "exchange/taking.html", {"export": asked})
    if not asked.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@allow(Permission.EXPORT)
def fetch(request, pk, number, ending):
    """One file of it."""
    asked = _asked(request, pk)
    if ending not in TYPES or number > len(asked.files) or number < 1:
        raise Http404
    content = actions.fetch(asked, number=number, ending=ending, by=request.user)
    day = timezone.localtime(asked.created_at, request.user.practice.zone).date()
    part = f"-{number}" if len(asked.files) > 1 else ""
    headers = {"Content-Disposition": f'attachment; filename="{asked.kind}-{day}{part}.{ending}"'}
    return HttpResponse(content, content_type=TYPES[ending], headers=headers)


def _is_narrowed_like(other, kind):
    """Whether the same query string means the same to both: they go out from one page's filters."""
    whole = kind.whole
    if whole is None or whole is other or whole.filters or other.filters:
        return False
    return whole.url_name == other.url_name


def _kind(key, person):
    """The list that a key names, for somebody who may open its page."""
    if key not in kinds():
        raise Http404
    kind = kinds()[key]
    if not person.may(kind.permission):
        raise PermissionDenied
    return kind


def _open_to(person):
    """Of the lists whose page they may open, those that say no more than they may know."""
    keys = [key for key, kind in kinds().items() if person.may(kind.permission)]
    exports = Export.objects.filter(kind__in=keys)
    return exports.open_to(who_may_name=person.may(Permission.VIEW_PATIENTS))


def _asked(request, pk):
    return _labelled([get_object_or_404(_open_to(request.user), pk=pk)])[0]


def _labelled(exports):
    for asked in exports:
        kind = kinds()[asked.kind]
        asked.label, asked.named = kind.title, kind.named
    return exports
