"""What the forms ask for while somebody types."""

from django.shortcuts import render

from partners.forms import DuplicateForm
from partners.models import Organisation, Partner
from partners.states import Stage
from referralcrm.practice.permissions import Permission, allow

OPTIONS = 10
FORMER = 3  # names of those who were merged with another
WARNED_OF = 5


@allow(Permission.VIEW)
def options(request):
    """What the type-ahead for a partner shows."""
    text = request.GET.get("q", "")
    found = Partner.objects.current().with_office().matching(text)[:OPTIONS]
    former = Partner.objects.merged_away().exclude(merged_into__stage=Stage.ENDED)
    former = former.matching(text)[:FORMER] if text.strip() else ()
    return render(request, "partners/options.html", {"partners": found, "former": former})


@allow(Permission.VIEW)
def organisation_options(request):
    """What the type-ahead for an office shows."""
    found = Organisation.objects.kept().matching(request.GET.get("q", ""))[:OPTIONS]
    return render(request, "partners/organisation_options.html", {"organisations": found})


@allow(Permission.VIEW)
def duplicates(request):
    """Who may be the same as the partner being typed; it warns and never blocks."""
    typed = DuplicateForm(request.GET).typed()
    here = Partner.objects.filter(deleted_at=None, merged_into__deleted_at=None)
    found = here.with_office().select_related("merged_into").resembling(**typed)[:WARNED_OF]
    return render(request, "partners/duplicates.html", {"partners": found})
