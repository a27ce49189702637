"""Find a partner: what a patient needs on the left, who fits and why on the right.

It knows partners and our own people only; the import law keeps referrals and outreach out of it.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.shortcuts import render

from partners.finder import find, meaning_of, ourselves
from partners.forms import FindForm
from partners.models import Condition, Partner
from referralcrm.core.forms import bound, is_sent
from referralcrm.practice.permissions import Permission, allow

SHOWN = 20
SHOWN_AGAINST = 10


@dataclass(frozen=True)
class Row:
    """One partner on the page."""

    partner: Partner
    reasons: tuple[str, ...]
    to_ask: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class Results:
    """The first of those who fit, and of those to whom we cannot refer; ``more`` are left out."""

    fitting: list[Row]
    against: list[Row]
    total: int
    total_against: int
    ours: list = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.total - len(self.fitting)

    @property
    def more_against(self) -> int:
        return self.total_against - len(self.against)


@allow(Permission.VIEW, methods="GET POST")
def find_partner(request):
    """Sent by POST: a need together with a postcode may say who somebody is, and addresses are kept."""
    form = bound(request, FindForm)
    results = None
    if is_sent(request, form) and not form.need().is_open:
        results = _results(form)
    referral = _key(request.POST.get("referral") or request.GET.get("referral", ""))
    words = Condition.objects.active().values_list("name", flat=True)
    context = {"form": form, "results": results, "words": words, "referral": referral}
    return render(request, "front/find.html", context)


def _key(text) -> UUID | None:
    """Which referral, logged already, it is asked for: its key alone, to send the ticks there."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _results(form) -> Results:
    need = form.need()
    meaning = meaning_of(need, form.fields["discipline"].queryset)
    fitting, against = find(need, meaning)
    shown, shown_against = fitting[:SHOWN], against[:SHOWN_AGAINST]
    partners = Partner.objects.with_office().in_bulk([each.pk for each in (*shown, *shown_against)])
    return Results(
        fitting=[_row(partners, each) for each in shown],
        against=[_row(partners, each) for each in shown_against],
        total=len(fitting),
        total_against=len(against),
        ours=ourselves(need, meaning),
    )


def _row(partners, found) -> Row:
    return Row(partners[found.pk], found.reasons, found.to_ask, found.against)
