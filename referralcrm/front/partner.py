"""A partner's page: who they are, how they like to be reached, and all that happened."""

from django.shortcuts import get_object_or_404, render

from partners.models import Partner
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.VIEW)
def partner(request, pk):
    partner = get_object_or_404(Partner.objects.kept().with_office(), pk=pk)
    return render(request, "front/partner.html", {"partner": partner})
