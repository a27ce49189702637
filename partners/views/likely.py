"""Who may be here twice: the list, with each pair's reasons, and saying that two are two."""

from collections import namedtuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners.actions import likely, merges
from partners.models import DuplicateSearch, LikelyPair
from partners.views.merges import KINDS
from referralcrm.core.answers import carried_out
from referralcrm.core.nudge import nudge
from referralcrm.practice.listings import Column, Listing, Rows, offer
from referralcrm.practice.permissions import Permission, allow

A_PAGE = 25
Pair = namedtuple("Pair", "pk reasons stays goes url")


def _kind(data):
    return "organisation" if data.get("kind") == "organisation" else "partner"


def rows_of(asked):
    kind = _kind(asked.data)
    return Rows(LikelyPair.objects.waiting(kind), lambda few: _pairs(kind, few))


PAIRS = offer(
    Listing(
        slug="likely-duplicates",
        title="Likely duplicates",
        url_name="partners:likely_duplicates",
        noun="likelypair",
        permission=Permission.MERGE,
        rows=rows_of,
        columns=(
            Column("stays", "One", "stays"),
            Column("place", "Where", "stays.line"),
            Column("goes", "The other", "goes"),
            Column("other-place", "Where the other", "goes.line"),
            Column("why", "Why", "reasons"),
        ),
    )
)


@allow(Permission.MERGE)
def likely_duplicates(request):
    """``kind`` is partner or organisation; likeliest first."""
    kind = _kind(request.GET)
    page = Paginator(LikelyPair.objects.waiting(kind), A_PAGE).get_page(request.GET.get("page"))
    search = DuplicateSearch.objects.first()
    context = {
        "kind": kind,
        "page": page,
        "pairs": _pairs(kind, page.object_list),
        "searched_at": search and search.searched_at,
    }
    return render(request, "partners/likely.html", context)


@allow(Permission.MERGE, methods="POST")
def dismiss(request, pk):
    pair = get_object_or_404(LikelyPair, pk=pk)
    likely.dismiss(pair, by=request.user)
    undo = reverse("partners:ask_again", args=[pk])
    return carried_out(request, "They are two: not shown again.", undo=undo, to=_shelf(pair))


@allow(Permission.MERGE, methods="POST")
def ask_again(request, pk):
    pair = get_object_or_404(LikelyPair, pk=pk)
    likely.ask_again(pair, by=request.user)
    return carried_out(request, "The pair is shown again.", to=_shelf(pair))


@allow(Permission.MERGE, methods="POST")
def look_again(request):
    nudge("partners.find_duplicates", request.user.practice_id)
    messages.success(request, "The search has begun. What it finds stands here in a moment.")
    return redirect("partners:likely_duplicates")


def _shelf(pair):
    return f"{reverse('partners:likely_duplicates')}?kind={pair.kind}"


def _pairs(kind, likely_pairs):
    """Each pair with the fuller row first: the one that would stay."""
    keys = [key for pair in likely_pairs for key in (pair.first, pair.second)]
    known = KINDS[kind].rows().in_bulk(keys)
    pairs = []
    for pair in likely_pairs:
        stays, goes = sorted((known[pair.first], known[pair.second]), key=merges.fullness, reverse=True)
        url = reverse(KINDS[kind].side_by_side, args=[stays.pk, goes.pk])
        pairs.append(Pair(pair.pk, pair.in_words, stays, goes, url))
    return pairs
