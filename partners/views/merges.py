"""Two for one: choosing the other, looking at both side by side, merging, and taking them apart."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners.actions import merges
from partners.forms import MergeForm
from partners.models import Merge, Organisation, Partner
from partners.signals import what_would_move
from partners.states import AddressState, Stage
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.core.templatetags.house import day
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow

OFFERED = 10
NOUNS = {
    "people": "People at the office",
    "plans": "Insurers taken",
    "agreed": "What is agreed",
    "hard_for_them": "What was hard for them",
}


@dataclass(frozen=True)
class Kind:
    """What is merged: its rows, the two acts, and the names of its pages."""

    model: type
    rows: Callable
    merge: Callable
    unmerge: Callable
    page: str
    choose: str
    side_by_side: str
    options: str


PARTNERS = Kind(
    model=Partner,
    rows=lambda: Partner.objects.select_related("discipline", "organisation", "owner", "backup"),
    merge=merges.merge_partners,
    unmerge=merges.unmerge_partners,
    page="partners:detail",
    choose="partners:merge_with",
    side_by_side="partners:merge",
    options="partners:options",
)
ORGANISATIONS = Kind(
    model=Organisation,
    rows=lambda: Organisation.objects.all(),
    merge=merges.merge_organisations,
    unmerge=merges.unmerge_organisations,
    page="partners:organisation",
    choose="partners:merge_organisation_with",
    side_by_side="partners:merge_organisation",
    options="partners:organisation_options",
)
KINDS = {"partner": PARTNERS, "organisation": ORGANISATIONS}


@allow(Permission.MERGE)
def merge_with(request, pk):
    return _choose(request, PARTNERS, pk)


@allow(Permission.MERGE)
def merge_organisation_with(request, pk):
    return _choose(request, ORGANISATIONS, pk)


@allow(Permission.MERGE, methods="GET POST")
@once
def merge(request, pk, other):
    """``pk`` stays, ``other`` is merged into it."""
    return _merge(request, PARTNERS, pk, other)


@allow(Permission.MERGE, methods="GET POST")
@once
def merge_organisation(request, pk, other):
    return _merge(request, ORGANISATIONS, pk, other)


@allow(Permission.MERGE, methods="POST")
def unmerge(request, pk):
    done = get_object_or_404(Merge, pk=pk)
    kind = KINDS[done.kind]
    kept = kind.unmerge(done, by=request.user)
    messages.success(request, f"{done.merged_name} stands alone again. {_in_words(kept)}".strip())
    return redirect(kind.page, done.survivor)


def gone_to(request, merged, page):
    """The old address of a merged row leads to the one it was merged with."""
    messages.info(request, f"{merged} was merged with {merged.merged_into}. This is the page of both.")
    return redirect(page, merged.merged_into_id)


def _choose(request, kind, pk):
    row = get_object_or_404(kind.model.objects.kept(), pk=pk)
    others = kind.model.objects.kept().exclude(pk=pk)
    if chosen := _with_key(others, request.GET.get("other", "")):
        return redirect(kind.side_by_side, pk, chosen.pk)
    text = request.GET.get("q", "").strip()
    found = others.matching(text) if text else _alike(others, row)
    context = {
        "row": row,
        "q": text,
        "found": [(each, reverse(kind.side_by_side, args=[pk, each.pk])) for each in found[:OFFERED]],
        "options_url": reverse(kind.options),
        "back": reverse(kind.page, args=[pk]),
    }
    return render(request, "partners/merge_with.html", context)


def _merge(request, kind, pk, other):
    survivor, merged = _pair(kind, pk, other)
    for row in (merged, survivor):
        if row.merged_into_id:
            return gone_to(request, row, kind.page)
    form = bound(request, MergeForm, differences=merges.differences(survivor, merged))
    if is_sent(request, form):
        versions = survivor.version, merged.version
        try:
            done = kind.merge(survivor, merged, choices=form.choices(), versions=versions, by=request.user)
        except Refused as refused:
            refuse(form, refused)
        else:
            undo = reverse("partners:unmerge", args=[done.pk])
            messages.success(request, f"{merged} is merged with {survivor}.", extra_tags=undo)
            return redirect(kind.page, survivor.pk)
    context = {
        "form": form,
        "survivor": survivor,
        "merged": merged,
        "moving": _moving(merged),
        "holds": list(_holds(survivor, merged)),
        "swapped": reverse(kind.side_by_side, args=[other, pk]),
        "page": reverse(kind.page, args=[pk]),
        "other_page": reverse(kind.page, args=[other]),
    }
    return render(request, "partners/merge.html", context)


def _pair(kind, pk, other):
    """Both rows, each kept or merged already. Raises Http404."""
    rows = {row.pk: row for row in kind.rows().filter(pk__in=[pk, other], deleted_at=None)}
    if len(rows) != 2:
        raise Http404
    return rows[pk], rows[other]


def _with_key(rows, text):
    try:
        return rows.filter(pk=UUID(text)).first()
    except ValueError:
        return None


def _alike(others, row):
    if isinstance(row, Partner):
        return others.with_office().resembling(name=row.name, email=row.email, phone=row.phone)
    return others.matching(row.name)


def _moving(merged):
    """What would move, as (words, how many)."""
    answers = [answer for _, answer in what_would_move.send(type(merged), merged=merged)]
    counts = [count for answer in answers for count in answer]
    return [
        (NOUNS.get(name, name.replace("_", " ").capitalize()), number) for name, number in counts if number
    ]


def _holds(survivor, merged):
    """What one of them said and both will keep to, in sentences."""
    if not isinstance(merged, Partner):
        return
    for row in (survivor, merged):
        if row.has_opted_out:
            yield f"{row} asked for no e-mail: none goes to either."
        if row.email_state == AddressState.BOUNCED:
            yield f"Mail to {row.email} came back: none goes to this address."
        if row.stage == Stage.ENDED:
            ending = row.get_ending_display() or "Ended"
            yield f"{row}: {ending.lower()}, {day(row.ended_on)}. This holds for both; it can be taken back."


def _in_words(kept):
    """What somebody changed since, and so stays: fields of the two by name, other rows by number."""
    fields, others = [], {}
    for each in kept:
        if each.model in (Partner, Organisation):
            fields += [each.model._meta.get_field(name).verbose_name for name in each.fields]
        else:
            others.setdefault(str(each.model._meta.verbose_name_plural), set()).add(each.row)
    words = list(dict.fromkeys(fields)) + [f"{name} ({len(rows)})" for name, rows in others.items()]
    return f"Changed since, and left as it is: {', '.join(words)}." if words else ""
