"""Calling a patient who is not booked yet, from the row; and Undo for what was tapped there."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from referralcrm.core.answers import carried_out, not_carried_out, stood_on
from referralcrm.core.refused import Refused, Stale
from referralcrm.core.templatetags.house import day
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms import CallForm, LaterForm
from referrals.models import Referral
from referrals.views.quicker import who_was_quicker


@dataclass(frozen=True)
class Undo:
    """How one kind of act is taken back, and what is said afterwards."""

    act: Callable
    said: str


UNDO = {
    "step": Undo(actions.take_step_back, "Taken back: {journey} again."),
    "call": Undo(actions.take_call_back, "The call was taken back."),
    "later": Undo(lambda row, **seen: actions.put_off(row, until=None, **seen), "Back on the list."),
    "told": Undo(actions.take_acknowledgement_back, "The clock runs on."),
    "log": Undo(actions.take_logging_back, "It is in the trash, and nobody is thanked for it."),
}


@allow(Permission.LOG, methods="POST")
def call(request, pk):
    """A call that led to no appointment; one tap."""
    return _act(request, pk, CallForm, actions.log_call, "call", _called)


@allow(Permission.LOG, methods="POST")
def later(request, pk):
    """Call again on another day; until then the row leaves Today."""
    return _act(request, pk, LaterForm, actions.put_off, "later", _put_off)


@allow(Permission.LOG, methods="POST")
def undo(request, pk, what):
    """Take back what the toast is about, unless something else happened since (``version``)."""
    if what not in UNDO:
        raise Http404
    referral, to = _get(pk), stood_on(request)
    try:
        UNDO[what].act(referral, by=request.user, version=number(request.GET.get("version")))
    except Refused as refused:
        return not_carried_out(request, told(refused, pk, request.user), to=to)
    said = UNDO[what].said.format(journey=referral.get_journey_display())
    return carried_out(request, f"{_whose(referral)}: {said}", to=to)


@allow(Permission.VIEW_PATIENTS, methods="POST")
def phone(request, pk):
    """Open the patient's number: a POST, so that it is asked for; the read is audited like every other."""
    template = "referrals/parts/phone_number.html" if request.htmx else "referrals/phone.html"
    return render(request, template, {"referral": _get(pk)})


def undo_address(what, referral) -> str:
    """Where the Undo of a toast posts to, for the row as it stands now."""
    return f"{reverse('referrals:undo', args=[referral.pk, what])}?version={referral.version}"


def told(refused, pk, person) -> Refused:
    """The refusal in words: of two people at one row, who was first."""
    return Refused(who_was_quicker(pk, person=person)) if isinstance(refused, Stale) else refused


def _act(request, pk, form_class, action, what, said):
    referral, form = _get(pk), form_class(request.POST)
    try:
        if not form.is_valid():
            raise Refused(form.first_error)
        action(referral, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return not_carried_out(request, told(refused, pk, request.user))
    text = said(referral, form.cleaned_data)
    return carried_out(request, f"{_whose(referral)}: {text}", undo=undo_address(what, referral))


def _get(pk):
    return get_object_or_404(Referral.objects.not_deleted().select_related("partner", "patient"), pk=pk)


def _whose(referral):
    """Whom this is about, without a name."""
    return f"Patient from {referral.partner.name}" if referral.partner else "Patient without a referrer"


def _called(referral, data):
    outcome = dict(CallForm.base_fields["outcome"].choices)[data["outcome"]]
    return f"{outcome}, call {referral.calls}."


def _put_off(referral, data):
    return f"hidden until {day(data['until'])}."


def number(text) -> int:
    """A version out of an address or a form; 0, which no row has, for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
