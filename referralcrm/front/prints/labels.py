"""Address labels for one partner, or for those of the list's filters."""

from uuid import UUID

from django.shortcuts import render

from partners.filters import PartnerFilter
from partners.models import Partner
from referralcrm.core.refused import Refused
from referralcrm.front.prints.forms import LabelForm
from referralcrm.front.prints.frame import answer
from referralcrm.front.prints.sizes import SHEETS
from referralcrm.practice.permissions import Permission, allow

MOST = 1000  # labels at once: about 50 sheets
NAMED = 50  # partners without an address who are named


@allow(Permission.LOG)
def labels(request):
    """Which sheet, where it begins, and who has no address yet; filters are those of the list."""
    chosen = _chosen(request)
    country = request.user.practice.country
    without = [partner for partner in chosen if not partner.address_lines(country=country)]
    form = LabelForm(request.GET if "sheet" in request.GET else None, country=country)
    context = {
        "form": form,
        "count": len(chosen) - len(without),
        "without": without[:NAMED],
        "more_without": max(len(without) - NAMED, 0),
        "filters": [(name, value) for name, values in request.GET.lists() for value in values],
    }
    return render(request, "front/print_labels.html", context)


@allow(Permission.LOG)
def labels_pdf(request):
    """The sheets; who has no address is left out, as the page before says."""
    country = request.user.practice.country
    form = LabelForm({"sheet": _first_sheet(country), "start": 1} | request.GET.dict(), country=country)
    if not form.is_valid():
        raise Refused(next(str(errors[0]) for errors in form.errors.values()))
    lines = list(filter(None, (partner.address_lines(country=country) for partner in _chosen(request))))
    if not lines:
        raise Refused("Nobody of these has an address yet. Add one on the partner’s page.")
    data = {
        "sheet": SHEETS[form.cleaned_data["sheet"]].data(),
        "skip": form.cleaned_data["start"] - 1,
        "labels": lines,
    }
    return answer(request, "labels", data, title="Address labels", filename="labels.pdf")


def _chosen(request):
    """One partner (``partner``), or those of the list's filters. Refused when they are too many."""
    rows = Partner.objects.kept().with_office()
    if key := request.GET.get("partner"):
        return list(rows.filter(pk=_uuid(key)))
    found = list(PartnerFilter(request.GET, queryset=rows).qs.order_by("name", "id")[: MOST + 1])
    if len(found) > MOST:
        raise Refused(f"These are more than {MOST} labels. Narrow the list of partners first.")
    return found


def _uuid(text):
    try:
        return UUID(text)
    except ValueError:
        return None


def _first_sheet(country):
    return LabelForm(country=country).fields["sheet"].choices[0][0]
