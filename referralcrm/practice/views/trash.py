"""The trash: everything people deleted in the last 30 days, and the way back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from referralcrm.audit.models import AuditEvent
from referralcrm.core.answers import back, not_carried_out
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.scope import current_practice_id

A_PAGE = 25
FOUND = 100  # a search is narrowed rather than paged: what was typed stays out of every address


@dataclass(frozen=True)
class Line:
    """One deleted row in words."""

    kind: trash.Kind
    key: UUID
    deleted_at: datetime
    called: str
    about: str
    who: str

    @property
    def days_left(self) -> int:
        """Days until it can no longer be brought back, the one that has begun among them."""
        return ceil((self.deleted_at + timedelta(days=trash.DAYS) - timezone.now()) / timedelta(days=1))


@allow(Permission.VIEW, methods="GET POST")
def index(request):
    """Filtered by ``kind`` in the address; searched by POST, for anything may be typed."""
    person, kind = request.user, request.POST.get("kind", request.GET.get("kind", ""))
    text = request.POST.get("q", "").replace("\0", " ").strip()[: trash.LONGEST_SEARCH]
    if request.method == "POST" and not text:
        return redirect(_address(kind))
    rows = trash.thrown_away(person, kind=kind, text=text)
    page = Paginator(rows, FOUND if text else A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": _lines(page.object_list),
        "q": text,
        "kind": trash.KINDS.get(kind),
        "kinds": [each for each in trash.KINDS.values() if person.may(each.permission)],
        "days": trash.DAYS,
        "address": _address(kind),
    }
    return render(request, "practice/trash.html", context)


@allow(Permission.VIEW, methods="POST")
def restore(request, kind, pk):
    """From the trash, which is shown again, or from a toast's Undo, which leads to the row."""
    found = trash.KINDS.get(kind)
    if found is None:
        raise Http404
    rows = found.rows(request.user) if found.rows else found.model.objects.all()
    before = get_object_or_404(rows, pk=pk)
    in_the_trash = back(request) if request.POST.get("next") else reverse("trash:index")
    try:
        after = _brought_back(found, before, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=in_the_trash)
    link = format_html('<a href="{}">{}</a> is back.', found.page(after), found.name_of(after))
    messages.success(request, format_html("{} {}", link, found.told(before, after)))
    return redirect(in_the_trash if request.POST.get("next") else found.page(after))


def gone(request):
    """What to answer when the address names a row in the trash; None when it names none."""
    match = request.resolver_match
    key = match and match.kwargs.get("pk")
    kind = next((kind for kind in trash.KINDS.values() if key and match.view_name in kind.opened_by), None)
    if kind is None or not request.user.is_authenticated:
        return None
    row = kind.words(request.user).filter(pk=key).first()
    if row is None:
        return None
    [line] = _lines([row])
    may_restore = request.user.may(kind.permission)
    return render(request, "practice/gone.html", {"line": line, "may_restore": may_restore}, status=410)


def _address(kind):
    return reverse("trash:index") + (f"?kind={kind}" if kind in trash.KINDS else "")


def _brought_back(kind, row, *, by):
    if not by.may(kind.permission):
        raise Refused(f"Bringing back a {kind.one} is not among what your role may do here.")
    try:
        with transaction.atomic():
            return kind.restore(row, by=by)
    except IntegrityError as error:
        raise Refused(
            f"Another {kind.one} has taken its place in the meantime. Rename or delete that one first."
        ) from error


def _lines(rows):
    rows = list(rows)
    who = _who_deleted(rows)
    return [Line(trash.KINDS[kind], key, *rest, who.get(str(key), "")) for kind, key, *rest in rows]


def _who_deleted(rows):
    """Row id → the name of whoever deleted it, as the audit log tells it."""
    if not rows:
        return {}
    moments = [row[2] for row in rows]
    about_then = timedelta(minutes=1)
    events = AuditEvent.objects.filter(
        practice_id=current_practice_id(),
        subject_type__in={trash.KINDS[row[0]].model._meta.model_name for row in rows},
        at__range=[min(moments) - about_then, max(moments) + about_then],
        verb="deleted",
    )
    return {subject: event.actor_name for event in events.order_by("at") for subject in event.subjects}
