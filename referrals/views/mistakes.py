"""What was logged by mistake."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.models import Referral


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    referral = get_object_or_404(Referral.objects.not_deleted().select_related("partner"), pk=pk)
    try:
        actions.delete(referral, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=referral.get_absolute_url())
    text = "The referral is in the trash for 30 days; thanks that waited are taken back."
    return carried_out(request, text, undo=trash.undo(referral), to=reverse("referrals:list"))
