"""Leaving the demo."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render

from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.demo import removal
from referralcrm.practice.forms import FoundForm
from referralcrm.practice.permissions import Permission, allow

BACKEND = "referralcrm.practice.backend.PersonBackend"


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def start(request):
    """Three questions; then the demo is gone and one's own practice stands in its place."""
    demo = request.user.practice
    if not demo.is_demo:
        raise Http404
    form = bound(request, FoundForm)
    if is_sent(request, form):
        try:
            manager = removal.start_with_own_data(demo, **form.answers())
        except Refused as refused:
            refuse(form, refused)
        else:
            login(request, manager, backend=BACKEND)
            messages.success(request, f"The demo is gone and {manager.practice} is yours.")
            return redirect("exchange:imports")
    return render(request, "demo/start.html", {"form": form})
