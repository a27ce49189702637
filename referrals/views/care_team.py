"""The patient's other clinicians, on the pages of a referral."""

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from partners.models import Partner
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.actions.care_team import each_once
from referrals.forms import CareTeamForm
from referrals.models import CareTeamMember, Referral


@allow(Permission.LOG, methods="GET POST")
@once
def care_team(request, pk):
    referral = _get(pk)
    form = bound(request, CareTeamForm)
    if is_sent(request, form):
        try:
            member = actions.add_clinician(referral, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{member.partner} is on the care team.")
            return redirect(referral)
    return render(request, "referrals/care_team.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="POST")
def say_none(request, pk):
    """The patient has no primary-care clinician."""
    referral = _get(pk)
    to = referral.get_absolute_url()
    try:
        said = actions.say_none(referral, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    undo = reverse("referrals:remove_clinician", args=[said.pk])
    return carried_out(request, "Noted: no primary-care clinician.", undo=undo, to=to)


@allow(Permission.LOG, methods="POST")
def remove(request, pk):
    rows = CareTeamMember.objects.kept().select_related("referral__patient", "partner")
    member = get_object_or_404(rows, pk=pk, referral__deleted_at__isnull=True)
    to = member.referral.get_absolute_url()
    actions.remove_clinician(member, by=request.user)
    text = "Taken off the care team."
    if member.partner:
        text += " Links to reports that were sent to them are closed, unless they treat them otherwise."
    return carried_out(request, text, undo=trash.undo(member), to=to)


def _get(pk):
    return get_object_or_404(Referral.objects.not_deleted().with_everyone(), pk=pk)


def listed_team():
    """The care team of a referral's patient as JSON, so that its page needs no query of its own for it."""
    found = CareTeamMember.objects.kept().of(OuterRef("patient"))
    row = JSONObject(
        id="id",
        role="role",
        partner="partner_id",
        name="partner__name",
        discipline="partner__discipline__name",
        treating="partner__treating_provider",
    )
    return ArraySubquery(found.values(row=row))


def team_on(referral) -> list[CareTeamMember]:
    """What ``listed_team`` said, as rows, each once."""
    return each_once([_as_row(row) for row in referral.listed_team])


def _as_row(row):
    member = CareTeamMember(id=row["id"], role=row["role"])
    if row["partner"]:
        member.partner = Partner(id=row["partner"], name=row["name"], treating_provider=row["treating"])
        member.discipline = row["discipline"]
    return member
