"""Changing several partners at once: what would change, carrying it out, and taking it back."""

from partners.actions import bulk
from partners.filters import PartnerFilter
from partners.forms import ManyForm
from partners.models import Partner
from referralcrm.core.forms import bound, is_sent
from referralcrm.core.refused import Refused
from referralcrm.practice.batches import keys_in
from referralcrm.practice.many import ManyPage
from referralcrm.practice.permissions import Permission, allow

PAGE = ManyPage("partners", "partner", bulk)


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def change_many(request):
    """Who is meant stands in the address: ``partner`` ids, or ``every`` with the filters of the list."""
    chosen = _chosen(request.GET)
    form, plan = bound(request, ManyForm), None
    if is_sent(request, form) and chosen:
        if request.POST.get("then") == "change":
            try:
                return PAGE.change(request, form, chosen)
            except Refused as refused:
                form.add_error(None, refused.message)
        plan = bulk.plan(chosen, **form.values()) if form.cleaned_data else None
    return PAGE.show(request, form, chosen, plan)


def _chosen(query):
    """Who is meant, in the order of names."""
    rows = Partner.objects.kept()
    if "every" in query:
        rows = rows.filter(pk__in=PartnerFilter(query, queryset=rows).qs.order_by().values("pk"))
    else:
        rows = rows.filter(pk__in=keys_in(query.getlist("partner")))
    return sorted(rows, key=bulk.in_order)


@allow(Permission.EDIT_PARTNERS, methods="POST")
def undo_many(request, pk):
    return PAGE.undo(request, pk)
