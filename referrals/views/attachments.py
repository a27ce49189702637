"""Paper with a referral: attached, shown to who may see patients, put away."""

from datetime import date

from csp.constants import NONE
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from referralcrm.core.answers import back, carried_out, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.models import StoredFile
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms import ArrivedForm, AttachForm
from referrals.models import Attachment, Obligation, Referral


@allow(Permission.LOG, methods="GET POST")
@once
def attach(request, pk):
    referral = get_object_or_404(Referral.objects.not_deleted().with_everyone(), pk=pk)
    form = bound(request, AttachForm)
    if is_sent(request, form):
        try:
            _attach_all(referral, form.values(), by=request.user)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Attached.")
            return redirect(referral)
    return render(request, "referrals/attach.html", {"form": form, "referral": referral})


@allow(Permission.LOG, methods="GET POST")
@once
def arrived(request, pk):
    """The report they promised is here: one form attaches it, records it and acknowledges it."""
    rows = Obligation.objects.theirs().select_related("referral__patient", "referral__partner")
    report = get_object_or_404(rows, pk=pk, referral__deleted_at__isnull=True)
    form = bound(request, ArrivedForm, report=report)
    if is_sent(request, form):
        try:
            actions.take_in(report, by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            return carried_out(request, "Attached, and recorded as received.", to=_after(request, report))
    return render(request, "referrals/arrived.html", {"form": form, "report": report})


def _after(request, report):
    """The list it was opened from, else the referral."""
    return back(request) if request.POST.get("next") else report.referral.get_absolute_url()


@transaction.atomic
def _attach_all(referral, papers, *, by):
    """All or none."""
    for paper in papers:
        actions.attach(referral, by=by, **paper)


def listed_paper():
    """The paper of a referral as JSON, so that its page needs no query of its own for it."""
    kept = Attachment.objects.kept().filter(referral=OuterRef("pk"))
    names = ("id", "kind", "received_on", "title_sealed", "version")
    row = JSONObject(
        **{name: name for name in names}, size="file__size", type="file__content_type", by="added_by__name"
    )
    return ArraySubquery(kept.values(row=row))


def paper_of(referral) -> list[Attachment]:
    """What ``listed_paper`` said, as rows; their files hold no key."""
    found = []
    for row in referral.paper:
        file = StoredFile(size=row["size"], content_type=row["type"])
        fields = {name: row[name] for name in ("id", "kind", "version")}
        attached = Attachment(referral=referral, file=file, **fields)
        attached.received_on = date.fromisoformat(row["received_on"])
        attached.title_sealed = bytes.fromhex(row["title_sealed"].removeprefix("\\x"))
        attached.added_by_name = row["by"]
        found.append(attached)
    return found


def _get(pk):
    rows = Attachment.objects.kept().select_related("file", "referral__patient")
    return get_object_or_404(rows, pk=pk)


@allow(Permission.VIEW_PATIENTS)
@csp_replace({"default-src": [NONE], "sandbox": True, "frame-ancestors": [NONE]})
def attachment(request, pk):
    """The file itself. Whatever hides in it, a browser gives it no page, no script and no other type.

    ``?show`` lets a picture stand inside the referral's page; everything else is a download.
    """
    attached = _get(pk)
    shows = "show" in request.GET and attached.content.is_picture
    return HttpResponse(
        actions.contents(attached, by=request.user),
        content_type=attached.content.type,
        headers={
            "Content-Disposition": f'{"inline" if shows else "attachment"}; filename="{attached.file_name}"',
            "Content-Encoding": "identity",  # compressed already: the gzip middleware leaves it be
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    attached = _get(pk)
    to = attached.referral.get_absolute_url()
    try:
        attached = actions.remove_attachment(attached, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, "Put away for 30 days.", undo=trash.undo(attached), to=to)
