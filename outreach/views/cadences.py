"""How often we want to be in touch with each circle."""

from dataclasses import asdict

from django.contrib import messages as notices
from django.shortcuts import redirect, render

from outreach.actions import cadences
from outreach.forms.cadences import CadencesForm
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def edit(request):
    form = bound(request, CadencesForm, initial=asdict(cadences.intervals()))
    if is_sent(request, form):
        try:
            cadences.change(by=request.user, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            notices.success(request, "The check-in intervals are saved. The next weekly list goes by them.")
            return redirect("outreach:cadences")
    return render(request, "outreach/cadences.html", {"form": form})
