"""The list of the log."""

from django.core.paginator import Paginator
from django.db.models import F, OuterRef, Subquery
from django.shortcuts import render

from referralcrm.practice.permissions import Permission, allow
from referrals.filters import ReferralFilter
from referrals.models import Obligation, Referral

A_PAGE = 25
NEWEST = ["-happened_on", "-id"]
SORTS = {
    "date": ["happened_on", "id"],
    "-date": NEWEST,
    "partner": [F("partner__name").asc(nulls_last=True), *NEWEST],
    "-partner": [F("partner__name").desc(nulls_last=True), *NEWEST],
    "due": [F("due_on").asc(nulls_last=True), *NEWEST],
    "-due": [F("due_on").desc(nulls_last=True), *NEWEST],
}


@allow(Permission.VIEW)
def referrals(request):
    """Filtered and sorted by the query string; who may not see names reads record numbers."""
    found = ReferralFilter(request.GET, queryset=Referral.objects.not_deleted())
    rows = _sorted(found.qs, request.GET.get("sort")).with_everyone().prefetch_related("obligations")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    with_name = request.user.may(Permission.VIEW_PATIENTS)
    for referral in page:
        referral.patient_label = referral.patient.label(with_name=with_name)
    context = {
        "filter": found,
        "page": page,
        "can_log": request.user.may(Permission.LOG),
        "can_export": request.user.may(Permission.EXPORT),
        "narrowed": [field for field in found.form.hidden_fields() if field.value()],
    }
    return render(request, "referrals/list.html", context)


def _sorted(rows, sort):
    if sort in {"due", "-due"}:
        due = Obligation.objects.due().filter(referral=OuterRef("pk")).order_by("due_on")
        rows = rows.annotate(due_on=Subquery(due.values("due_on")[:1]))
    return rows.order_by(*SORTS.get(sort, NEWEST))
