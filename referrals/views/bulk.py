"""Changing several referrals at once: what would change, carrying it out, and taking it back."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from referralcrm.core.answers import back, carried_out, is_path_of_ours, not_carried_out
from referralcrm.core.forms import bound, is_sent
from referralcrm.core.refused import Refused
from referralcrm.practice.batches import keys_in, recent
from referralcrm.practice.models import Batch
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referrals.actions import bulk
from referrals.filters import ReferralFilter
from referrals.forms.many import ManyForm
from referrals.models import Referral


@allow(Permission.LOG, methods="GET POST")
def change_many(request):
    """Which are meant stands in the address: ``referral`` ids, or ``every`` with the filters of the list."""
    chosen = _chosen(request)
    form, plan = bound(request, ManyForm), None
    if is_sent(request, form) and chosen:
        try:
            bulk.check_number(len(chosen), form.cleaned_data["step"])
            if request.POST.get("then") == "change":
                return _change(request, form, chosen)
        except Refused as refused:
            form.add_error(None, refused.message)
        plan = bulk.plan(chosen, by=request.user, **form.values()) if len(chosen) <= bulk.MOST else None
    context = {
        "form": form,
        "plan": plan,
        "chosen": chosen,
        "batches": recent(bulk.LIST)[:20],
        "back": _list(request),
    }
    return render(request, "referrals/many.html", context)


def _chosen(request):
    """Which are meant, as the list shows them; one more than can be changed, so that the page can say so."""
    query = request.GET
    rows = Referral.objects.not_deleted().select_related("partner", "patient")
    if "every" in query:
        listed = Referral.objects.not_deleted()
        found = ReferralFilter(query, queryset=listed, here=chosen_place(request))
        rows = rows.filter(pk__in=found.qs.order_by().values("pk"))
    else:
        rows = rows.filter(pk__in=keys_in(query.getlist("referral")[: bulk.MOST + 1]))
    return list(rows.order_by("pk")[: bulk.MOST + 1])


def _change(request, form, chosen):
    ids, what = [row.pk for row in chosen], form.in_words
    batch = bulk.change_many(
        ids, seen=request.POST.get("seen", ""), by=request.user, what=what, **form.values()
    )
    text = f"{batch.number} referral{'' if batch.number == 1 else 's'} changed."
    undo = reverse("referrals:undo_many", args=[batch.pk])
    return carried_out(request, text, undo=undo, to=_list(request))


def _list(request):
    """The list as it was when the rows were chosen."""
    wanted = request.GET.get("next", "")
    return wanted if is_path_of_ours(wanted) else reverse("referrals:list")


@allow(Permission.LOG, methods="POST")
def undo_many(request, pk):
    """From the toast, or from the list of earlier changes."""
    batch = get_object_or_404(Batch.objects.filter(slug=bulk.LIST), pk=pk)
    to = back(request) if request.POST.get("next") else reverse("referrals:list")
    try:
        undone = bulk.undo_many(batch, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, undone.sentence, to=to)
