"""Logging a referral. What is looked up while typing is posted, so that no URL names a patient."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.shortcuts import redirect, render
from django.urls import reverse

from partners.models import Partner
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referrals import actions
from referrals.actions import advice
from referrals.forms import LogForm
from referrals.models import Referral
from referrals.states import Direction
from referrals.views.calls import undo_address

OPTIONS = 8


@allow(Permission.LOG, methods="GET POST")
@once
def create(request):
    form = bound(request, LogForm, person=request.user, query=request.GET, here=chosen_place(request))
    if is_sent(request, form):
        try:
            referral = actions.log(by=request.user, **form.values())
            if form.cleaned_data["advice"]:
                advice.connect_if_fitting(form.cleaned_data["advice"], referral=referral, by=request.user)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Logged.", extra_tags=undo_address("log", referral))
            return redirect(_after(request, form, referral))
    return render(request, "referrals/create.html", {"form": form} | _just_logged(request))


def _just_logged(request):
    """The referral this person saved before this one, named by ``last``, with the ways to mend it."""
    try:
        key = UUID(request.GET.get("last", ""))
    except ValueError:
        return {}
    mine = Referral.objects.not_deleted().filter(pk=key, entered_by=request.user)
    if (last := mine.select_related("partner", "patient").first()) is None:
        return {}
    label = last.patient.label(with_name=request.user.may(Permission.VIEW_PATIENTS))
    return {"last": last, "last_patient": label, "last_undo": undo_address("log", last)}


def _after(request, form, referral):
    """The referral, or the next form with what stays: direction, date, location and perhaps the partner."""
    if request.POST.get("then") != "next":
        return reverse("referrals:detail", args=[referral.pk])
    kept = {
        "direction": referral.direction,
        "on": referral.happened_on,
        "location": referral.location_id or "",
        "last": referral.pk,
    }
    if form.cleaned_data["keep_partner"] and referral.partner_id:
        kept |= {"partner": referral.partner_id, "keep": 1}
    return f"{reverse('referrals:create')}?{urlencode(kept)}"


@allow(Permission.LOG, methods="POST")
def shape(request):
    """The same form in the direction chosen now, with the typing kept and nothing checked."""
    form = LogForm(person=request.user, here=chosen_place(request), initial=request.POST.dict())
    page = "referrals/parts/log_fields.html" if request.htmx else "referrals/create.html"
    return render(request, page, {"form": form})


@allow(Permission.LOG, methods="POST")
def look(request):
    """What is known about the patient typed so far: open referrals, and one that may be there twice."""
    form = LogForm(request.POST, person=request.user)
    form.is_valid()
    return render(request, "referrals/parts/known.html", {"form": form, "looking": True})


@allow(Permission.LOG)
def options(request):
    """What the type-ahead shows: partners with the last referral, then the sources that are no partner."""
    direction = Direction.SENT if request.GET.get("direction") == Direction.SENT else Direction.RECEIVED
    last = Referral.objects.kept().filter(partner=OuterRef("pk"), direction=direction)
    partners = (
        Partner.objects.current()
        .with_office()
        .annotate(last_on=Subquery(last.order_by("-happened_on").values("happened_on")[:1]))
        .matching(request.GET.get("q", "")[:160])[:OPTIONS]
    )
    context = {"partners": partners, "other_sources": direction == Direction.RECEIVED}
    return render(request, "referrals/options.html", context)
