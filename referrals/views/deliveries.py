"""Sending a report: who may have it, by which way, and what became of it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from referralcrm.audit.actions import record
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.printing import printed, typeset
from referralcrm.core.refused import Refused
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals.actions import consents, deliveries
from referrals.actions.care_team import each_once
from referrals.forms.send import DeliveryActForm, SendForm
from referrals.models import CareTeamMember, Delivery, Report, ReportFile
from referrals.views.letters import covering_letter, fax_sheet

KNOWN = ("agreement", "discipline", "organisation")  # of a partner whose row is shown
SAID = {
    "sent": (deliveries.mark_sent, "Noted: it went out."),
    "unsent": (deliveries.mark_unsent, "It is to be sent again."),
    "resend": (deliveries.resend, "A new link is on its way; the old one opens nothing any more."),
    "revoke": (deliveries.revoke, "Taken back."),
    "confirm": (deliveries.confirm, "Noted: they have it."),
}


@dataclass(frozen=True)
class Recipient:
    """Somebody it can go to: what is in the way, or the form that sends it."""

    partner: object
    role: str
    problem: object
    form: SendForm | None


@allow(Permission.LOG, methods="GET POST")
@once
def send(request, pk):
    """Every clinician of the patient with what is in the way; a POST sends to one of them."""
    known = [f"referral__partner__{name}" for name in KNOWN]
    rows = Report.objects.kept().final().with_all().select_related(*known)
    rows = rows.annotate(has_files=Exists(ReportFile.objects.filter(report=OuterRef("pk"))))
    report = get_object_or_404(rows, pk=pk)
    here = reverse("referrals:send_report", args=[pk])
    roles = _roles(report)
    if request.method == "POST":
        form = SendForm(request.POST)
        chosen = form.is_valid() and {who.pk: who for who in roles}.get(form.cleaned_data["partner"])
        try:
            if not chosen:
                raise Refused("Choose somebody on the care team, and how it goes.")
            channel = form.cleaned_data["channel"]
            made = deliveries.send(report, partner=chosen, channel=channel, by=request.user)
        except Refused as refused:
            return not_carried_out(request, refused, to=here)
        return carried_out(request, _said(made), to=here)
    made = list(report.deliveries.with_all())
    context = {
        "report": report,
        "recipients": _recipients(report, roles, made),
        "made": made,
        "here": here,
    }
    return render(request, "referrals/send_report.html", context)


def _roles(report) -> dict:
    """Partner → how they belong to the patient; the referrer first, each once."""
    roles = {}
    if (referrer := report.referral.partner) and not referrer.deleted_at:
        roles[referrer] = "sent us the patient" if report.referral.is_received else "sees the patient for us"
    team = CareTeamMember.objects.kept().of(report.patient)
    for member in each_once(team.select_related(*(f"partner__{name}" for name in KNOWN))):
        if member.partner and not member.partner.deleted_at:
            roles.setdefault(member.partner, member.get_role_display())
    return roles


def _recipients(report, roles, made):
    """Those it did not go to yet, or whose channel was taken back."""
    told = consents.problems(report.patient, roles, what=deliveries.scope_of(report))
    has_it = {row.partner_id for row in made if not row.revoked_at}
    return [
        Recipient(who, role, told[who.pk], None if told[who.pk] else _form(who))
        for who, role in roles.items()
        if who.pk not in has_it
    ]


def _form(who):
    return SendForm(recipient=who, usual=deliveries.usual_way(who))


def _said(made) -> str:
    if made.link_id:
        return f"A link is on its way to {made.partner}; the mail names nobody."
    if made.is_to_do:
        return f"A task says so. Print the letter for {made.partner}, then tick it here."
    return f"Noted: handed over to {made.partner}."


@allow(Permission.LOG, methods="POST")
def act(request, pk):
    """Tick it, take it back, send its link anew, or note that they have it."""
    made = _get(pk)
    to = reverse("referrals:send_report", args=[made.report_id])
    form = DeliveryActForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Nothing was done.")
        do, said = SAID[form.cleaned_data["act"]]
        do(made, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, said, to=to)


@allow(Permission.VIEW_PATIENTS)
def letter(request, pk):
    """The letter that goes with it by post, its address where a window shows it."""
    made = _get(pk)
    data = covering_letter(made.report, made.partner, by=request.user)
    return _on_paper(request, made, "letter", data, "Letter")


@allow(Permission.VIEW_PATIENTS)
def fax(request, pk):
    """The first sheet of a fax: to whom, from whom, how many pages. It names no patient."""
    made = _get(pk)
    return _on_paper(request, made, "fax", fax_sheet(made, by=request.user), "Fax")


def _on_paper(request, made, template, data, title):
    pdf = typeset(template, data, title=title, country=request.user.practice.country)
    record("printed", by=request.user, subject=made, note=request.resolver_match.view_name)
    return printed(pdf, f"{template}.pdf")


def _get(pk):
    rows = Delivery.objects.filter(report__deleted_at=None, report__referral__deleted_at=None)
    return get_object_or_404(
        rows.with_all().select_related("report__author", "report__referral__location"), pk=pk
    )
