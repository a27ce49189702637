"""The practice, its small lists, and the way to everything else that can be set."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.actions import lists, practices
from referralcrm.practice.calendar import public_holidays
from referralcrm.practice.forms import PracticeForm
from referralcrm.practice.lists import LISTS
from referralcrm.practice.models import Practice
from referralcrm.practice.once import once
from referralcrm.practice.permissions import GRANTS, Permission, allow
from referralcrm.practice.sections import SECTIONS
from referralcrm.practice.states import Role


@allow(Permission.VIEW)
def settings(request):
    person = request.user
    sections = [section for section in SECTIONS if person.may(section.permission)]
    small_lists = LISTS.values() if person.may(Permission.MANAGE_PRACTICE) else []
    return render(request, "practice/settings.html", {"sections": sections, "small_lists": small_lists})


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def practice(request):
    practice = Practice.objects.get(pk=request.user.practice_id)
    holidays = _coming_holidays(practice)
    form = bound(request, PracticeForm, instance=practice)
    if is_sent(request, form):
        try:
            practices.update(practice, version=form.cleaned_data["version"], by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, "Your practice is saved.")
            return redirect("practice:practice")
    return render(request, "practice/practice.html", {"form": form, "holidays": holidays})


def _coming_holidays(practice):
    """Public holidays of the next 365 days: (date, name)."""
    today = practice.today()
    found = [
        (on, name)
        for year in (today.year, today.year + 1)
        for on, name in public_holidays(practice.country, practice.region, year).items()
    ]
    return sorted((on, name) for on, name in found if 0 <= (on - today).days < 365)


@allow(Permission.VIEW)
def roles(request):
    table = [(permission, [permission in GRANTS[role] for role in Role]) for permission in Permission]
    return render(request, "practice/roles.html", {"roles": Role, "table": table})


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
@once
def small_list(request, slug):
    kind = _kind(slug)
    form = bound(request, kind.form)
    if is_sent(request, form):
        try:
            row = lists.add(form.instance, by=request.user)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{row} is added.")
            return redirect("practice:list", slug)
    rows = kind.rows()
    used = [row for row in rows if getattr(row, "is_active", True)]
    retired = [row for row in rows if row not in used]
    return render(
        request, "practice/list.html", {"kind": kind, "form": form, "used": used, "retired": retired}
    )


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def list_row(request, slug, pk):
    kind = _kind(slug)
    row = get_object_or_404(kind.rows(), pk=pk)
    form = bound(request, kind.form, instance=row)
    if is_sent(request, form):
        try:
            lists.change(row, version=form.cleaned_data["version"], by=request.user, **form.values())
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, f"{form.instance} is saved.")
            return redirect("practice:list", slug)
    return render(request, "practice/list_row.html", {"kind": kind, "row": row, "form": form})


@allow(Permission.MANAGE_PRACTICE, methods="POST")
def retire(request, slug, pk):
    kind = _kind(slug)
    row = get_object_or_404(kind.rows(), pk=pk)
    if kind.can_retire:
        lists.set_in_use(row, False, by=request.user)
        undo = reverse("practice:restore", args=[slug, pk])
        messages.success(request, f"{row} is retired: it stays where it was used.", extra_tags=undo)
    else:
        lists.remove(row, by=request.user)
        messages.success(request, f"{row} is in the trash for 30 days.", extra_tags=trash.undo(row))
    return redirect("practice:list", slug)


@allow(Permission.MANAGE_PRACTICE, methods="POST")
def restore(request, slug, pk):
    kind = _kind(slug)
    if not kind.can_retire:
        raise Http404
    row = get_object_or_404(kind.rows(), pk=pk)
    lists.set_in_use(row, True, by=request.user)
    messages.success(request, f"{row} is in use again.")
    return redirect("practice:list", slug)


def _kind(slug):
    try:
        return LISTS[slug]
    except KeyError as error:
        raise Http404 from error
