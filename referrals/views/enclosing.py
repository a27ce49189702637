"""What goes along with a report, and the library it comes from."""

from csp.constants import NONE
from csp.decorators import csp_replace
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.audit.actions import record
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse, saved
from referralcrm.core.printing import printed
from referralcrm.core.refused import Refused
from referralcrm.practice.actions import lists
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals.actions import reports
from referrals.forms import ArticleForm, EncloseForm
from referrals.models import Article, Report, ReportFile
from referrals.views.letters import files_of


@allow(Permission.LOG, methods="GET POST")
@once
def enclose(request, pk):
    """Files of the patient's and articles of the library, to go along with a draft."""
    report = get_object_or_404(Report.objects.kept().with_all(), pk=pk)
    if report.is_final:
        return redirect(report)
    form = bound(request, EncloseForm, report=report)
    if is_sent(request, form):
        try:
            _enclose_all(report, form.cleaned_data, by=request.user)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Enclosed.")
            return redirect("referrals:write_report", pk)
    context = {"report": report, "form": form, "files": files_of(report)}
    return render(request, "referrals/enclose.html", context)


@transaction.atomic
def _enclose_all(report, chosen, *, by):
    """All or none."""
    for file in chosen["file"]:
        reports.enclose(report, by=by, file=file)
    for article in chosen["articles"]:
        reports.enclose_article(report, by=by, article=article)


def _enclosed(pk):
    rows = ReportFile.objects.filter(report__deleted_at=None, report__referral__deleted_at=None)
    return get_object_or_404(rows.select_related("file", "article__file", "report__referral__patient"), pk=pk)


@allow(Permission.VIEW_PATIENTS)
@csp_replace({"default-src": [NONE], "sandbox": True, "frame-ancestors": [NONE]})
def enclosed(request, pk):
    """The file itself, always as a download: whatever hides in it, a browser gives it no page."""
    row = _enclosed(pk)
    record("opened", by=request.user, subject=row.report)
    return HttpResponse(
        reports.enclosed(row),
        content_type=row.content.type,
        headers={
            "Content-Disposition": f'attachment; filename="{row.file_name}"',
            "Content-Encoding": "identity",  # compressed already: the gzip middleware leaves it be
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


@allow(Permission.LOG, methods="POST")
def take_out(request, pk):
    row = _enclosed(pk)
    to = reverse("referrals:write_report", args=[row.report_id])
    try:
        reports.take_out(row, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, "It no longer goes along.", to=to)


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
@once
def articles(request):
    """The library: what can be enclosed, and a PDF more."""
    form = bound(request, ArticleForm)
    if article := saved(request, form, reports.add_article):
        messages.success(request, f"{article} is in the library.")
        return redirect("referrals:articles")
    rows = list(Article.objects.select_related("file", "added_by"))
    context = {
        "form": form,
        "used": [row for row in rows if row.is_active],
        "retired": [row for row in rows if not row.is_active],
    }
    return render(request, "referrals/articles.html", context)


@allow(Permission.LOG)
def article(request, pk):
    row = get_object_or_404(Article.objects.select_related("file"), pk=pk)
    return printed(reports.article_of(row), "article.pdf")


@allow(Permission.MANAGE_PRACTICE, methods="POST")
def retire_article(request, pk):
    """Offer it no more; where it went along with a report it stays."""
    row = get_object_or_404(Article.objects.all(), pk=pk)
    lists.set_in_use(row, False, by=request.user)
    undo = reverse("referrals:restore_article", args=[pk])
    return carried_out(request, f"{row} is offered no more.", undo=undo, to=reverse("referrals:articles"))


@allow(Permission.MANAGE_PRACTICE, methods="POST")
def restore_article(request, pk):
    row = get_object_or_404(Article.objects.all(), pk=pk)
    lists.set_in_use(row, True, by=request.user)
    return carried_out(request, f"{row} is offered again.", to=reverse("referrals:articles"))
