"""What led to a referral: one short page, opened from the referral's own."""

from django.shortcuts import get_object_or_404, render

from outreach.actions.origins import tell_origin
from outreach.forms.origins import OriginForm
from outreach.models import Origin
from referralcrm.core.answers import carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow
from referrals.models import Referral


@allow(Permission.LOG, methods="GET POST")
def because_of(request, pk):
    referral = get_object_or_404(Referral.objects.not_deleted().select_related("partner"), pk=pk)
    origin = Origin.objects.select_related("introduced_by").filter(referral=referral).first()
    form = bound(request, OriginForm, referral=referral, origin=origin)
    if is_sent(request, form):
        try:
            tell_origin(referral, version=form.cleaned_data["version"], by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            return carried_out(request, "Saved.", to=referral.get_absolute_url())
    return render(request, "outreach/because_of.html", {"form": form, "referral": referral})
