"""The views of a list: keeping one, changing it, taking it away, and opening the list in it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, saved
from referralcrm.core.refused import Refused
from referralcrm.practice import browse, trash
from referralcrm.practice.actions import saved_views as actions
from referralcrm.practice.forms import SavedViewForm
from referralcrm.practice.listings import LISTS
from referralcrm.practice.models import SavedView
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.VIEW)
def saved_views(request, slug):
    """Every view of a list that this person sees, with what can be done to it."""
    browsed = _list(slug)
    chosen = browse.Chosen(browsed, request)
    for view in chosen.views:
        if view.saved:
            view.saved.can_change = browse.may_change(view.saved, request.user)
            view.saved.filters = browse.filters_in(view.saved)
    return render(request, "practice/saved_views.html", {"browsed": browsed, "chosen": chosen})


@allow(Permission.VIEW, methods="GET POST")
@once
def create_view(request, slug):
    """Keep under a name what the query string of this address says."""
    browsed = _list(slug)
    holds = browse.as_saved(browsed, request.GET)
    form = bound(request, SavedViewForm, person=request.user)
    if view := saved(request, form, lambda **fields: actions.create(slug=slug, **holds, **fields)):
        messages.success(request, f"The view “{view}” is saved.")
        return redirect(_address(browsed, view.pk))
    return render(request, "practice/saved_view.html", {"form": form, "browsed": browsed, "is_new": True})


@allow(Permission.VIEW, methods="GET POST")
def update_view(request, pk):
    view = _get(request, pk)
    form = bound(request, SavedViewForm, instance=view, person=request.user)
    if saved(request, form, actions.update, view):
        messages.success(request, "Saved.")
        return redirect("practice:saved_views", view.slug)
    return render(request, "practice/saved_view.html", {"form": form, "browsed": _list(view.slug)})


@allow(Permission.VIEW, methods="POST")
def overwrite_view(request, pk):
    """Let the view hold what the query string of this address says."""
    view = _get(request, pk)
    browsed, to = _list(view.slug), _address(_list(view.slug), pk)
    version = request.POST.get("version", "")
    try:
        holds = browse.as_saved(browsed, request.GET)
        version = int(version) if version.isdecimal() and len(version) < 10 else 0
        actions.overwrite(view, version=version, by=request.user, **holds)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, f"The view “{view}” is saved.", to=to)


@allow(Permission.VIEW, methods="POST")
def delete_view(request, pk):
    view = _get(request, pk)
    to = reverse("practice:saved_views", args=[view.slug])
    try:
        actions.delete(view, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, f"The view “{view}” is gone.", undo=trash.undo(view), to=to)


@allow(Permission.VIEW, methods="POST")
def make_usual(request, slug):
    """Open this list in the view ``key`` from now on."""
    chosen = browse.Chosen(_list(slug), request)
    to, key = reverse("practice:saved_views", args=[slug]), request.POST.get("key", "")
    view = next((view for view in chosen.views if view.key == key), None)
    if view is None:
        return not_carried_out(request, Refused("This view is not there any more."), to=to)
    actions.make_usual(slug, key, by=request.user)
    return carried_out(request, f"Your list opens with “{view.name}” from now on.", to=to)


def _list(slug):
    found = LISTS.get(slug)
    if not isinstance(found, browse.Browsed):
        raise Http404
    return found


def _get(request, pk):
    """One's own or a shared one; another's own looks exactly like one that is not there."""
    return get_object_or_404(SavedView.objects.open_to(request.user).select_related("owner"), pk=pk)


def _address(browsed, pk):
    return f"{reverse(browsed.url_name)}?{urlencode({'view': pk})}"
