"""Consent on a referral's page: recorded, withdrawn, printed to be signed."""

from datetime import date, datetime

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners.models import Partner
from referralcrm.core.answers import carried_out, is_path_of_ours, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.printing import printed, typeset
from referralcrm.core.refused import Refused
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals.actions import consents, team_of
from referrals.forms import ConsentForm
from referrals.models import Consent, Referral
from referrals.views.calls import number
from referrals.views.letters import consent_to_sign

WITHDRAWN = (
    "Withdrawn from this moment. What was read or is on paper cannot be called back; "
    "links that led to it are closed."
)
REINSTATED = "The consent stands again. Links that were closed stay closed."


@allow(Permission.LOG, methods="GET POST")
@once
def consent(request, pk):
    """``what``, ``partner`` and ``next`` in the address say what it is wanted for, and where to go on."""
    referral = _get(pk)
    form = bound(request, ConsentForm, referral=referral, asked=request.GET)
    if is_sent(request, form):
        try:
            consents.give(referral, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Consent recorded.")
            wanted = request.GET.get("next", "")
            return redirect(wanted if is_path_of_ours(wanted) else referral)
    return render(request, "referrals/consent.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="POST")
def withdraw(request, pk):
    given = _consent(pk)
    undo = reverse("referrals:reinstate_consent", args=[pk])
    return _act(request, given, consents.withdraw, WITHDRAWN, undo=undo)


@allow(Permission.LOG, methods="POST")
def reinstate(request, pk):
    """The withdrawal was a slip."""
    return _act(request, _consent(pk), consents.reinstate, REINSTATED)


def _act(request, given, act, said, *, undo=""):
    to, seen = given.referral.get_absolute_url(), request.POST.get("version")
    try:
        act(given, by=request.user, version=seen and number(seen))
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, said, undo=undo, to=to)


@allow(Permission.VIEW_PATIENTS)
def consent_form(request, pk):
    """To be read and signed: it names the patient, and says nothing else about them."""
    referral = _get(pk)
    page = consent_to_sign(referral, team_of(referral.patient), by=request.user)
    pdf = typeset("consent", page, title="Consent", country=request.user.practice.country)
    return printed(pdf, "consent.pdf")


def _get(pk):
    return get_object_or_404(Referral.objects.not_deleted().with_everyone(), pk=pk)


def _consent(pk):
    rows = Consent.objects.select_related("referral__patient", "referral__partner", "partner")
    return get_object_or_404(rows, pk=pk, referral__deleted_at__isnull=True)


def listed_consents():
    """The consents of a referral's patient as JSON, so that its page needs no query of its own for them."""
    found = Consent.objects.of(OuterRef("patient")).order_by("-given_on", "-id")
    names = ("id", "scope", "to", "given_on", "until", "given_how", "words_sealed", "withdrawn_at", "version")
    row = JSONObject(
        **{name: name for name in names},
        referral="referral_id",
        partner="partner__name",
        other_side="referral__partner__name",
        recorded_by="recorded_by__name",
        paper="paper_id",
        paper_deleted_at="paper__deleted_at",
    )
    return ArraySubquery(found.values(row=row))


def consents_of(referral) -> list[Consent]:
    """What ``listed_consents`` said, as rows, the newest first."""
    return [_as_row(row, referral) for row in referral.listed_consents]


def _as_row(row, referral):
    given = Consent(**{name: row[name] for name in ("id", "scope", "to", "given_how", "version")})
    partner = Partner(name=row["other_side"]) if row["other_side"] else None
    given.referral = Referral(pk=row["referral"], partner=partner, patient=referral.patient)
    given.partner = Partner(name=row["partner"]) if row["partner"] else None
    given.given_on = date.fromisoformat(row["given_on"])
    given.until = date.fromisoformat(row["until"]) if row["until"] else None
    given.withdrawn_at = datetime.fromisoformat(row["withdrawn_at"]) if row["withdrawn_at"] else None
    given.words_sealed = bytes.fromhex(row["words_sealed"].removeprefix("\\x"))
    given.recorded_by_name = row["recorded_by"]
    given.shown_paper = None if row["paper_deleted_at"] else row["paper"]
    return given
