"""Changing several partners at once: what would change, carrying it out, and taking it back."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from partners.actions import bulk
from partners.filters import PartnerFilter
from partners.forms import ManyForm
from partners.models import Partner
from referralcrm.core.answers import back, carried_out, is_path_of_ours, not_carried_out
from referralcrm.core.forms import bound, is_sent
from referralcrm.core.refused import Refused
from referralcrm.practice.batches import keys_in, recent
from referralcrm.practice.models import Batch
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def change_many(request):
    """Who is meant stands in the address: ``partner`` ids, or ``every`` with the filters of the list."""
    chosen = _chosen(request.GET)
    form, plan = bound(request, ManyForm), None
    if is_sent(request, form) and chosen:
        if request.POST.get("then") == "change":
            try:
                return _change(request, form, chosen)
            except Refused as refused:
                form.add_error(None, refused.message)
        plan = bulk.plan(chosen, **form.values()) if form.cleaned_data else None
    context = {
        "form": form,
        "plan": plan,
        "chosen": chosen,
        "batches": recent(bulk.LIST)[:20],
        "back": _list(request),
    }
    return render(request, "partners/many.html", context)


def _chosen(query):
    """Who is meant, in the order of names."""
    rows = Partner.objects.kept()
    if "every" in query:
        rows = rows.filter(pk__in=PartnerFilter(query, queryset=rows).qs.order_by().values("pk"))
    else:
        rows = rows.filter(pk__in=keys_in(query.getlist("partner")))
    return sorted(rows, key=bulk.in_order)


def _change(request, form, chosen):
    ids, what = [row.pk for row in chosen], form.in_words
    batch = bulk.change_many(
        ids, seen=request.POST.get("seen", ""), by=request.user, what=what, **form.values()
    )
    text = f"{batch.number} partner{'' if batch.number == 1 else 's'} changed."
    return carried_out(request, text, undo=reverse("partners:undo_many", args=[batch.pk]), to=_list(request))


def _list(request):
    """The list as it was when the rows were chosen."""
    wanted = request.GET.get("next", "")
    return wanted if is_path_of_ours(wanted) else reverse("partners:list")


@allow(Permission.EDIT_PARTNERS, methods="POST")
def undo_many(request, pk):
    """From the toast, or from the list of earlier changes."""
    batch = get_object_or_404(Batch.objects.filter(slug=bulk.LIST), pk=pk)
    to = back(request) if request.POST.get("next") else reverse("partners:list")
    try:
        undone = bulk.undo_many(batch, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, undone.sentence, to=to)
