"""Saying thanks for a report that came, from the page of its referral."""

from django.shortcuts import get_object_or_404
from django.urls import reverse

from outreach.actions.messages import report_thanks
from outreach.states import TaskKind
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.refused import Refused, Stale
from referralcrm.core.templatetags.house import in_words
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.scope import current_practice
from referrals.models import Obligation

CHANGED = "Somebody changed this report meanwhile. Look at it again."


@allow(Permission.LOG, methods="POST")
def thank_for_report(request, pk):
    report, seen = _get(pk), request.POST.get("version", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else None
    try:
        cause, confirms = report_thanks.thank_for(report, version=version, by=request.user)
    except Stale:
        return not_carried_out(request, Refused(CHANGED), to=_page(report))
    except Refused as refused:
        return not_carried_out(request, refused, to=_page(report))
    undo = reverse("outreach:take_thanks_back", args=[pk]) + ("?confirmed" if confirms else "")
    return carried_out(request, _said(cause), undo=undo, to=_page(report))


@allow(Permission.LOG, methods="POST")
def take_thanks_back(request, pk):
    """Undo; with ``?confirmed`` the report is not acknowledged either."""
    report = _get(pk)
    try:
        report_thanks.take_back(report, unconfirm="confirmed" in request.GET, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=_page(report))
    return carried_out(request, "Nobody is thanked for it.", to=_page(report))


def _get(pk):
    rows = Obligation.objects.theirs().select_related("referral__patient", "referral__partner")
    return get_object_or_404(rows.filter(referral__deleted_at__isnull=True), pk=pk)


def _page(report):
    return f"{report.referral.get_absolute_url()}#report-{report.pk}"


def _said(cause) -> str:
    """What becomes of the thanks, and when."""
    today = current_practice().today()
    if task := cause.task:
        how = "a call" if task.kind == TaskKind.THANK_CALL else "a card"
        return f"A task says so: thanks with {how}, due {in_words(task.due_on, today)}."
    message = cause.message
    if message.state != "pending":
        return f"The thanks are {message.get_state_display()}. {message.reason}"
    leaves = message.due_at.astimezone(message.practice.zone).date()
    return f"An e-mail of thanks leaves {in_words(leaves, today)}; it names no patient."
