"""Changing several referrals at once: what would change, carrying it out, and taking it back."""

from referralcrm.core.forms import bound, is_sent
from referralcrm.core.refused import Refused
from referralcrm.practice.batches import keys_in
from referralcrm.practice.many import ManyPage
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referrals.actions import bulk
from referrals.filters import ReferralFilter
from referrals.forms.many import ManyForm
from referrals.models import Referral

PAGE = ManyPage("referrals", "referral", bulk)


@allow(Permission.LOG, methods="GET POST")
def change_many(request):
    """Which are meant stands in the address: ``referral`` ids, or ``every`` with the filters of the list."""
    chosen = _chosen(request)
    form, plan = bound(request, ManyForm), None
    if is_sent(request, form) and chosen:
        try:
            bulk.check_number(len(chosen), form.cleaned_data["step"])
            if request.POST.get("then") == "change":
                return PAGE.change(request, form, chosen)
        except Refused as refused:
            form.add_error(None, refused.message)
        plan = bulk.plan(chosen, by=request.user, **form.values()) if len(chosen) <= bulk.MOST else None
    return PAGE.show(request, form, chosen, plan)


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


@allow(Permission.LOG, methods="POST")
def undo_many(request, pk):
    return PAGE.undo(request, pk)
