"""A report about a patient: begun, written, looked at, signed, and read again."""

from base64 import b64encode

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.audit.actions import record
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.printing import printed, typeset
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice import trash
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals.actions import reports
from referrals.actions.reports.page import typeset_report
from referrals.forms import StartForm, WritingAct, WritingForm
from referrals.models import Phrase, Referral, Report
from referrals.models.checklists import checklist
from referrals.models.report_parts import DESCRIPTIONS, kinds_for
from referrals.states import ReportType
from referrals.views.letters import covering_letter, files_of

PAGES_CSP = {
    "default-src": [NONE],
    "img-src": ["data:"],
    "style-src": [SELF],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


def _get(pk):
    return get_object_or_404(Report.objects.kept().with_all(), pk=pk)


@allow(Permission.LOG, methods="GET POST")
@once
def start(request, pk):
    """Which kind of report; a promised one (``?obligation=``) is linked to what is written."""
    referral = get_object_or_404(Referral.objects.not_deleted().with_everyone(), pk=pk)
    promised = request.GET.get("obligation", "")
    wanted = {"kind": request.GET.get("kind") or _usual(referral, promised), "obligation": promised}
    form = bound(request, StartForm, referral=referral, kinds=kinds_for(referral), initial=wanted)
    if is_sent(request, form):
        try:
            report = reports.start(referral, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            return redirect("referrals:write_report", report.pk)
    return render(request, "referrals/start_report.html", {"form": form, "referral": referral})


def _usual(referral, promised) -> str:
    """The kind that meets the promised report with this id, else the one that usually comes next."""
    kinds = {str(row.pk): row.kind for row in referral.obligations.all()}
    meets = [kind for kind in kinds_for(referral) if DESCRIPTIONS[kind].answers == kinds.get(promised)]
    if meets:
        return meets[0]
    return ReportType.INTERIM if reports.previous(referral) else ReportType.INITIAL


@allow(Permission.VIEW_PATIENTS)
def document(request, pk):
    """A report that is final, with what can be done with it; a draft is written instead."""
    report = _get(pk)
    if not report.is_final:
        return redirect("referrals:write_report", pk)
    texts = report.content["texts"]
    context = {
        "report": report,
        "first": [(part.title, texts.get(part.name, "")) for part in report.parts if part.comes_first],
        "later": Report.objects.kept().filter(amends=report).first(),
        "files": files_of(report),
        "may_sign": request.user.may(Permission.SIGN_REPORTS),
        "goes_with": checklist(report.referral),
    }
    return render(request, "referrals/document.html", context)


@allow(Permission.LOG, methods="GET POST")
def write(request, pk):
    report = _get(pk)
    if report.is_final:
        return redirect(report)
    form = bound(request, WritingForm, report=report)
    if is_sent(request, form) and (saved := _save(request, form)):
        return _after(request, saved)
    return _show(request, report, form)


def _save(request, form):
    """The saved draft, or None with the refusal on the form."""
    version = form.cleaned_data["version"]
    try:
        return reports.save(form.report, by=request.user, version=version, **form.values())
    except Refused as refused:
        refuse(form, refused)
        return None


def _after(request, report):
    match request.POST.get("then"):
        case WritingAct.ENCLOSE:
            return redirect("referrals:enclose", report.pk)
        case WritingAct.ROWS:
            return redirect(reverse("referrals:write_report", args=[report.pk]) + "#measures")
    messages.success(request, "Saved.")
    return redirect("referrals:write_report", report.pk)


def _show(request, report, form, *, status=200):
    context = {
        "report": report,
        "form": form,
        "missing": reports.missing_parts(report),
        "carried_from": report.content.get("carried_from"),
        "files": files_of(report),
        "phrases": Phrase.objects.active(),
        "may_sign": request.user.may(Permission.SIGN_REPORTS),
    }
    return render(request, "referrals/write_report.html", context, status=status)


@allow(Permission.LOG, methods="POST")
def keep(request, pk):
    """What is typed so far, kept while it is written; what cannot be read stays as it was kept before."""
    report = _get(pk)
    form = WritingForm(request.POST, report=report)
    all_read, version = form.is_valid(), form.cleaned_data.get("version", 0)
    try:
        report = reports.save(report, by=request.user, version=version, **form.values())
    except Stale:
        return render(request, "referrals/parts/report_kept.html", {"problem": "stale"})
    except Refused as refused:
        return render(request, "referrals/parts/report_kept.html", {"problem": refused.message})
    context = {
        "report": report,
        "all_read": all_read,
        "is_answer": True,
        "missing": reports.missing_parts(report),
    }
    return render(request, "referrals/parts/report_kept.html", context)


@allow(Permission.LOG, methods="GET POST")
@csp(PAGES_CSP)
def preview(request, pk):
    """The pages as they would be printed, with what is being typed; nothing is kept."""
    report = _get(pk)
    if request.method == "POST":
        form = WritingForm(request.POST, report=report)
        form.is_valid()
        report.content = report.content | form.content()
    pages = [b64encode(page).decode() for page in typeset_report(report, form="pages")]
    return render(request, "referrals/report_pages.html", {"pages": pages})


@allow(Permission.SIGN_REPORTS, methods="POST")
def finalise(request, pk):
    """Save what is typed and sign it. Where something is missing, it is saved and not signed."""
    report = _get(pk)
    form = WritingForm(request.POST, report=report)
    saved = form.is_valid() and _save(request, form)
    if not saved:
        return _show(request, report, form)
    try:
        final = reports.finalise(saved, by=request.user, version=saved.version)
    except Refused as refused:
        return not_carried_out(request, refused, to=reverse("referrals:write_report", args=[pk]))
    messages.success(request, f"Signed. {final.called.capitalize()} is final.")
    return redirect(final)


@allow(Permission.VIEW_PATIENTS)
def pdf(request, pk):
    """The signed report; that it was opened is recorded."""
    report = _get(pk)
    content = reports.pdf_of(report)
    record("opened", by=request.user, subject=report)
    return printed(content, report.file_name)


@allow(Permission.VIEW_PATIENTS)
def cover(request, pk):
    """The covering letter to the partner of the referral, for post or fax."""
    report = _get(pk)
    if report.referral.partner is None:
        raise Refused("There is no partner whom a letter could go to.")
    letter = covering_letter(report, report.referral.partner, by=request.user)
    pdf = typeset("letter", letter, title="Covering letter", country=request.user.practice.country)
    return printed(pdf, "letter.pdf")


@allow(Permission.SIGN_REPORTS, methods="POST")
def amend(request, pk):
    report = _get(pk)
    try:
        made = reports.amend(report, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=report.get_absolute_url())
    return redirect("referrals:write_report", made.pk)


@allow(Permission.LOG, methods="POST")
def discard(request, pk):
    report = _get(pk)
    try:
        gone = reports.discard(report, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=report.get_absolute_url())
    return carried_out(
        request,
        "The draft is in the trash for 30 days.",
        undo=trash.undo(gone),
        to=report.referral.get_absolute_url(),
    )
