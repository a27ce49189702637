"""Did they come? Answered by a file: upload it, look at what it would set, carry it out."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.audit.actions import record
from referralcrm.core.answers import carried_out
from referralcrm.core.csvs import csv_response
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.exchange.outcomes import actions
from referralcrm.exchange.outcomes.forms import ColumnsForm, OutcomesForm
from referralcrm.exchange.outcomes.matching import Found, find, table_of
from referralcrm.exchange.outcomes.models import OutcomeFile
from referralcrm.exchange.outcomes.sheet import OUTCOMES
from referralcrm.practice.permissions import Permission, allow

SHOWN = 100  # rows of each kind on the page; the file has all of them
UNSAID = "No heading of this file says: {what}. Choose the columns, then Match again."
HEADER = ["line", "record number", "date", "outcome", "why"]


@allow(Permission.LOG, methods="GET POST")
def outcomes(request):
    """Which file."""
    form = bound(request, OutcomesForm)
    if is_sent(request, form):
        try:
            with transaction.atomic():
                return redirect("exchange:outcome", actions.keep(by=request.user, **form.cleaned_data).pk)
        except Refused as refused:
            refused.field = "file"
            refuse(form, refused)
    return render(request, "exchange/outcomes.html", {"form": form})


@allow(Permission.LOG, methods="GET POST")
def outcome(request, pk):
    """What the file would set, what did not match and why, and which column is what."""
    kept = get_object_or_404(OutcomeFile, pk=pk)
    table = table_of(kept)
    form = bound(request, ColumnsForm, header=table.header, matched=kept.matched)
    if is_sent(request, form):
        actions.match(kept, by=request.user, matched=form.matched())
        return redirect("exchange:outcome", pk)
    missing = OUTCOMES.missing(kept.matched)
    found, why = (Found([]), "") if missing else _found(table, kept)
    context = {
        "kept": kept,
        "form": form,
        "found": found,
        "why": why,
        "missing": missing,
        "unsaid": UNSAID.format(what=", ".join(missing)),
        "to_set": found.to_set[:SHOWN],
        "unmatched": found.unmatched[:SHOWN],
        "at_once": actions.AT_ONCE,
    }
    return render(request, "exchange/outcome.html", context)


def _found(table, kept):
    """What the file means, or nothing and why."""
    try:
        return find(table, kept.matched), ""
    except Refused as refused:
        return Found([]), refused.message


@allow(Permission.LOG, methods="POST")
def carry_out(request, pk):
    """Set what the page showed."""
    carried = actions.carry_out(get_object_or_404(OutcomeFile, pk=pk), by=request.user)
    said = [f"{carried.moved} {'referral' if carried.moved == 1 else 'referrals'} set."]
    if carried.left:
        said.append(f"{carried.left} more rows wait: press again.")
    return carried_out(
        request, " ".join(said + carried.refused[:3]), to=reverse("exchange:outcome", args=[pk])
    )


@allow(Permission.LOG)
def not_matched(request, pk):
    """The rows that set nothing, with why, as a file."""
    kept = get_object_or_404(OutcomeFile, pk=pk)
    found, why = _found(table_of(kept), kept)
    if why:
        messages.error(request, why)
        return redirect("exchange:outcome", pk)
    record("exported", by=request.user, subject=kept)
    return csv_response("did-not-match.csv", HEADER, actions.report(found))
