"""What came on paper and is not whole: details to ask for, and referrals to be finished."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.printing import printed, typeset
from referralcrm.core.refused import Refused
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms import AskForm, DetailsAct, DetailsForm, FinishForm
from referrals.models import DetailsRequest, Referral
from referrals.views.attachments import listed_paper, paper_of
from referrals.views.letters import request_for_details

ACTS = {DetailsAct.ANSWER: actions.answer, DetailsAct.REOPEN: actions.reopen}
SAID = {DetailsAct.ANSWER: "The details are here.", DetailsAct.REOPEN: "Still missing."}


def _get(pk):
    return get_object_or_404(Referral.objects.not_deleted().with_everyone(), pk=pk)


@allow(Permission.LOG, methods="GET POST")
@once
def ask(request, pk):
    referral = _get(pk)
    form = bound(request, AskForm, referral=referral)
    if is_sent(request, form):
        try:
            asked = actions.ask(referral, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(
                request, f"Noted. {asked.whom} was asked; Today reminds you until the answer is here."
            )
            return redirect(referral)
    return render(request, "referrals/ask.html", {"form": form, "referral": referral})


def _details(pk):
    rows = DetailsRequest.objects.select_related(
        "referral__patient", "referral__partner__organisation", "referral__location", "contact", "asked_by"
    )
    return get_object_or_404(rows, pk=pk, referral__deleted_at__isnull=True)


@allow(Permission.LOG, methods="POST")
def details(request, pk):
    """The answer came, or did not after all; from the referral or, with ``next``, from a row of a list."""
    asked, form = _details(pk), DetailsForm(request.POST if "act" in request.POST else request.GET)
    to = None if "next" in request.POST else asked.referral.get_absolute_url()
    try:
        if not form.is_valid():
            raise Refused("Choose whether the details are here.")
        act = form.cleaned_data["act"]
        ACTS[act](asked, by=request.user, version=form.cleaned_data["version"])
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    undo = f"{reverse('referrals:details', args=[pk])}?act=reopen" if act == DetailsAct.ANSWER else ""
    return carried_out(request, SAID[act], undo=undo, to=to)


@allow(Permission.VIEW_PATIENTS)
def request_letter(request, pk):
    """The request on paper, for fax or post: the one place outside these pages that names the patient."""
    letter = request_for_details(_details(pk), by=request.user)
    pdf = typeset("letter", letter, title="Request for details", country=request.user.practice.country)
    return printed(pdf, "request.pdf")


@allow(Permission.LOG, methods="GET POST")
@once
def finish(request, pk):
    """With the paper beside the form, so that it can be read again while typing."""
    rows = Referral.objects.not_deleted().with_everyone().annotate(paper=listed_paper())
    referral = get_object_or_404(rows, pk=pk)
    if not referral.to_finish:
        return redirect(referral)
    form = bound(request, FinishForm, person=request.user, referral=referral)
    if is_sent(request, form):
        try:
            actions.finish(referral, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Finished. It is a referral like any other now.")
            return redirect(referral)
    context = {"form": form, "referral": referral, "paper": paper_of(referral)}
    return render(request, "referrals/finish.html", context)
