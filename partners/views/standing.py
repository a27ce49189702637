"""Where the relationship stands: its end, the next step, and whether e-mail is welcome."""

from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners import actions
from partners.forms import EndForm
from partners.models import Partner
from partners.states import Ending
from referralcrm.core.answers import carried_out, not_carried_out, stood_on
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow

UNTREATING = "receives no reports; links that were sent are closed"
DONE = "next_step_done"  # in the session: the step that Undo puts back


@allow(Permission.EDIT_PARTNERS, methods="GET POST")
def end(request, pk):
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    form = bound(request, EndForm, initial=_asked(request))
    if is_sent(request, form):
        try:
            partner = actions.end(partner, by=request.user, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            _tell(request, f"{partner}: {partner.get_ending_display().lower()}.", "resume", partner)
            return redirect("partners:detail", partner.pk)
    return render(request, "partners/end.html", {"form": form, "partner": partner})


@allow(Permission.EDIT_PARTNERS, methods="POST")
def resume(request, pk):
    partner = actions.resume(get_object_or_404(Partner.objects.kept(), pk=pk), by=request.user)
    messages.success(request, f"{partner} is a partner again, as before.")
    return redirect("partners:detail", partner.pk)


@allow(Permission.EDIT_PARTNERS, methods="POST")
def opt_out(request, pk):
    partner = actions.opt_out(get_object_or_404(Partner.objects.kept(), pk=pk), by=request.user)
    _tell(request, f"No e-mail goes to {partner} from this moment.", "opt_in", partner)
    return redirect("partners:detail", partner.pk)


@allow(Permission.EDIT_PARTNERS, methods="POST")
def opt_in(request, pk):
    partner = actions.opt_in(get_object_or_404(Partner.objects.kept(), pk=pk), by=request.user)
    _tell(request, f"E-mail to {partner} is welcome again.", "opt_out", partner)
    return redirect("partners:detail", partner.pk)


@allow(Permission.EDIT_PARTNERS, methods="POST")
def treating(request, pk):
    """They may receive what is about a patient; ``?treating=no`` takes that back."""
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    to = stood_on(request) if "treating" in request.GET else None
    is_so = request.GET.get("treating") != "no"
    actions.mark_treating(partner, treating=is_so, by=request.user)
    said = "treats patients of ours and may receive reports" if is_so else UNTREATING
    undo = f"{reverse('partners:treating', args=[pk])}?treating=no" if is_so else ""
    return carried_out(request, f"{partner} {said}.", undo=undo, to=to)


@allow(Permission.LOG, methods="POST")
def finish_next_step(request, pk):
    """From the partner's page or, with ``next``, from a row of a list."""
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    to = None if request.POST.get("next") else reverse("partners:detail", args=[partner.pk])
    on = partner.next_step_on
    try:
        step = actions.finish_next_step(partner, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    request.session[DONE] = {"pk": str(partner.pk), "step": step, "on": on and on.isoformat()}
    undo = f"{reverse('partners:undo_next_step', args=[partner.pk])}?version={partner.version + 1}"
    return carried_out(request, f"Done: {step}", undo=undo, to=to)


@allow(Permission.LOG, methods="POST")
def undo_next_step(request, pk):
    """Put the step that was ticked off last back; its words wait in the session, not in the address."""
    partner = get_object_or_404(Partner.objects.kept(), pk=pk)
    done, to = request.session.get(DONE, {}), stood_on(request)
    version = request.GET.get("version", "")
    try:
        if done.get("pk") != str(pk) or version != str(partner.version):
            raise Refused(f"{partner} was changed since. Plan the next step again on their page.")
        on = done["on"] and date.fromisoformat(done["on"])
        actions.take_next_step_back(
            partner, step=done["step"], on=on, version=partner.version, by=request.user
        )
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    del request.session[DONE]
    return carried_out(request, f"To be done again: {done['step']}", to=to)


def _asked(request):
    """The ending whose button was pressed, when it is one."""
    ending = request.GET.get("ending")
    return {"ending": ending} if ending in Ending else {}


def _tell(request, text, undo, partner):
    messages.success(request, text, extra_tags=reverse(f"partners:{undo}", args=[partner.pk]))
