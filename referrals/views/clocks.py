"""The clocks of a referral, set from its page or from a row of the board."""

from django.shortcuts import get_object_or_404

from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.refused import Refused
from referralcrm.core.templatetags.house import day
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms import BackForm, ToldForm, VisitsForm
from referrals.models import Referral
from referrals.views.calls import told, undo_address


@allow(Permission.LOG, methods="POST")
def told_them(request, pk):
    """The referrer knows that the patient's referral is here."""
    return _act(request, pk, ToldForm, actions.acknowledge, lambda row: "They know.", undo="told")


@allow(Permission.LOG, methods="POST")
def back_on(request, pk):
    """When the patient is back with the referrer."""
    return _act(request, pk, BackForm, actions.expect_back, _back)


@allow(Permission.LOG, methods="POST")
def visits(request, pk):
    """How many visits there have been."""
    return _act(request, pk, VisitsForm, actions.count_visits, lambda row: f"Visits so far: {row.visits}.")


def _act(request, pk, form_class, action, said, *, undo=""):
    rows = Referral.objects.not_deleted().select_related("partner", "patient")
    referral, form = get_object_or_404(rows, pk=pk), form_class(request.POST)
    to = None if "next" in request.POST else referral.get_absolute_url()
    try:
        if not form.is_valid():
            raise Refused(form.first_error)
        referral = action(referral, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return not_carried_out(request, told(refused, pk, request.user), to=to)
    undo = undo and undo_address(undo, referral)
    return carried_out(request, f"{referral.other_side}: {said(referral)}", undo=undo, to=to)


def _back(referral):
    on = referral.next_visit_on
    return f"the next visit there is on {day(on)}." if on else "the next visit there is not known."
