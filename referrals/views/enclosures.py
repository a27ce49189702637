"""The checklist of a referral: what goes with it, ticked line by line."""

from urllib.parse import urlencode

from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from partners.models import Paperwork
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms import EnclosureForm, TickForm
from referrals.models import Enclosure, Referral
from referrals.states import Enclosed


def _get(pk):
    return get_object_or_404(Referral.objects.not_deleted().with_everyone(), pk=pk)


def _page(referral):
    return f"{referral.get_absolute_url()}#checklist"


@allow(Permission.LOG, methods="POST")
def tick(request, pk):
    """Enclosed, to follow or not needed; from the page, or (in the address) by Undo."""
    referral = _get(pk)
    form = TickForm(request.GET if "state" in request.GET else request.POST)
    try:
        if not form.is_valid():
            raise Refused("Choose what goes with it, and where it is.")
        before, after = _tick(referral, by=request.user, **form.cleaned_data)
    except Stale:
        return not_carried_out(request, Refused("Somebody ticked this meanwhile."), to=_page(referral))
    except Refused as refused:
        return not_carried_out(request, refused, to=_page(referral))
    what = {"line": after.paperwork_id or "", "enclosure": "" if after.paperwork_id else after.pk}
    undo = urlencode(what | {"state": before, "version": after.version})
    address = f"{reverse('referrals:tick', args=[pk])}?{undo}"
    return carried_out(
        request, f"{after.get_state_display().capitalize()}.", undo=address, to=_page(referral)
    )


def _tick(referral, *, by, line, enclosure, state, version):
    """Where it was, and the row as it is now."""
    if line:
        line = get_object_or_404(Paperwork.objects.all(), pk=line)
        ticked = Enclosure.objects.filter(referral=referral, paperwork=line).first()
        before = ticked.state if ticked else Enclosed.TO_FOLLOW
        return before, actions.tick(referral, line, by=by, state=state, version=version or 0)
    typed = get_object_or_404(Enclosure.objects.filter(referral=referral), pk=enclosure)
    return typed.state, actions.put_enclosure(typed, by=by, state=state, version=version or 0)


@allow(Permission.LOG, methods="GET POST")
@once
def goes_with(request, pk):
    """Something that goes with it besides, from the referral's page or on a page of its own."""
    referral = _get(pk)
    form = bound(request, EnclosureForm)
    if is_sent(request, form):
        try:
            made = actions.enclose(referral, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            out = urlencode({"enclosure": made.pk, "state": Enclosed.LEFT_OUT, "version": made.version})
            undo = f"{reverse('referrals:tick', args=[pk])}?{out}"
            return carried_out(request, "Written down.", undo=undo, to=_page(referral))
    return render(request, "referrals/goes_with.html", {"form": form, "referral": referral})
