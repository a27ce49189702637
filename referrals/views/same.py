"""Records that may be one patient: a short list to look through, side by side, and the way back."""

from collections import defaultdict
from itertools import combinations

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow
from referrals import actions
from referrals.forms import OtherForm, SameForm
from referrals.models import Patient, PatientMerge, Referral, TwoPatients
from referrals.models.patients import are_one_name

LOOKED_AT = 100  # records that share a family name and a date of birth
SHOWN = 25


@allow(Permission.LOG)
def same_patients(request):
    """Likely ones, and what was merged in the last 30 days."""
    merges = PatientMerge.objects.undoable().select_related("survivor__merged_into", "by")
    context = {"pairs": _likely()[:SHOWN], "merges": list(merges.order_by("-made_at", "-id")[:SHOWN])}
    return render(request, "referrals/same_patients.html", context)


def _likely():
    """Pairs with one family name and date of birth, given names that agree, and nobody said they are two."""
    shared = Patient.objects.standing().filter(person_index__isnull=False)
    twice = shared.order_by().values("person_index").annotate(n=Count("pk")).filter(n__gt=1)
    rows = shared.filter(person_index__in=twice.values("person_index")).order_by("person_index", "pk")
    groups = defaultdict(list)
    for patient in rows.annotate(referrals=_count_of_referrals())[:LOOKED_AT]:
        groups[bytes(patient.person_index)].append(patient)
    two = set(TwoPatients.objects.values_list("one_id", "other_id"))
    pairs = [pair for group in groups.values() for pair in combinations(group, 2)]
    return [
        (one, other)
        for one, other in pairs
        if (one.pk, other.pk) not in two and are_one_name(one.name, other.name)
    ]


def _count_of_referrals():
    theirs = Referral.objects.not_deleted().filter(patient=OuterRef("pk")).order_by()
    return Subquery(theirs.values("patient").annotate(n=Count("pk")).values("n"))


def _patient(pk):
    return get_object_or_404(Patient.objects.standing().annotate(referrals=_count_of_referrals()), pk=pk)


@allow(Permission.LOG, methods="GET POST")
def other_record(request, pk):
    """Find the other record of this patient."""
    patient = _patient(pk)
    form = bound(request, OtherForm, patient=patient)
    if is_sent(request, form):
        return redirect("referrals:merge", pk=patient.pk, other=form.other.pk)
    return render(request, "referrals/other_record.html", {"form": form, "patient": patient})


@allow(Permission.LOG, methods="GET POST")
def merge(request, pk, other):
    """Side by side; which word stays is chosen for each."""
    left, right = _patient(pk), _patient(other)
    form = bound(request, SameForm, left=left, right=right)
    if is_sent(request, form):
        try:
            done = actions.merge_patients(by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            undo = reverse("referrals:unmerge", args=[done.pk])
            messages.success(request, "One patient now. Both record numbers find them.", extra_tags=undo)
            return redirect("referrals:same_patients")
    return render(request, "referrals/merge.html", {"form": form, "left": left, "right": right})


@allow(Permission.LOG, methods="POST")
def unmerge(request, pk):
    done = get_object_or_404(PatientMerge, pk=pk)
    to = reverse("referrals:same_patients")
    try:
        actions.unmerge_patients(done, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, "Two patients again, each with their own.", to=to)


@allow(Permission.LOG, methods="POST")
def apart(request, pk, other):
    """They look alike and are two; with ``?again`` that is taken back."""
    one, two = _patient(pk), _patient(other)
    if one == two:
        raise Refused("These are one record.")
    to, address = reverse("referrals:same_patients"), reverse("referrals:apart", args=[pk, other])
    if "again" in request.GET:
        actions.suggest_again(one, two, by=request.user)
        return carried_out(request, "Suggested again.", to=to)
    actions.say_two(one, two, by=request.user)
    return carried_out(request, "Noted: they are two people.", undo=f"{address}?again", to=to)
