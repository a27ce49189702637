"""Typing a week's referrals into a grid. What is typed is posted, so that no URL names a patient."""

from django.contrib import messages
from django.shortcuts import redirect, render

from referralcrm.core.crypto import Tampered
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referrals.actions import grid as actions
from referrals.forms.grid import (
    BESIDE,
    BLANK,
    CELLS,
    HEAD,
    MOST_ROWS,
    HeadForm,
    Row,
    blank_rows,
    choices,
    rows_sent,
)
from referrals.forms.log import NEW_MATTER
from referrals.forms.who import NEW
from referrals.models import Draft
from referrals.models.patients import normalised

AT_FIRST = 8  # rows on a page that is opened; the script adds one whenever the last is reached


@allow(Permission.LOG, methods="GET POST")
def log_many(request):
    """The grid; ``then`` says what to do with it: log the rows, check them, or offer more."""
    data = request.POST if request.method == "POST" else getattr(request, "kept", None)
    if data is None:
        return _show(request, *_restored(request.user, chosen_place(request)))
    head, rows = HeadForm(data, person=request.user), rows_sent(data)
    is_valid, then = head.is_valid(), data.get("then", "")
    if request.method == "POST" and then == "log" and is_valid:
        return _log(request, head, rows)
    if then == "check":
        _check(rows, head.words(), request.user)
    more = AT_FIRST if then == "more" else max(AT_FIRST - len(rows), 1)
    return _show(request, head, [*rows, *blank_rows(min(more, MOST_ROWS - len(rows)))])


@allow(Permission.LOG, methods="POST")
def log_many_row(request):
    """One row as it is typed or left: kept, checked, and answered with what is to be said at its cells."""
    [row] = rows_sent(request.POST)[:1] or [None]
    head = HeadForm(request.POST, person=request.user)
    if row is None:
        raise Refused("This row is not one of the page. Open the page again.")
    if row.is_empty:
        actions.drop(row.key, by=request.user)
        return render(request, "referrals/parts/grid_said.html", {"row": row})
    actions.keep(row.key, row.cells | head.words(), by=request.user)
    row.cells["matter"] = row.cells["matter"] or NEW_MATTER  # as the question is answered until it is asked
    row.check(head.words(), person=request.user, is_left=bool(request.POST.get("left")))
    others = [other for other in _drafts(request.user) if other.key != row.key]
    _warn_of_twins(row, others)
    return render(request, "referrals/parts/grid_said.html", {"row": row})


def _restored(person, here):
    """The head and the rows that were typed and not logged, as they stood."""
    drafts = list(Draft.objects.of(person)[:MOST_ROWS])
    rows = [_row_of(draft) for draft in drafts]
    latest = max(zip(drafts, rows, strict=True), key=lambda pair: pair[0].kept_at, default=None)
    initial = latest[1].head if latest else {}
    head = HeadForm(
        person=person, here=here, initial={name: value for name, value in initial.items() if value}
    )
    return head, [*rows, *blank_rows(max(AT_FIRST - len(rows), 1))], drafts


def _drafts(person):
    return [_row_of(draft) for draft in Draft.objects.of(person)[:MOST_ROWS]]


def _row_of(draft):
    try:
        words = draft.words
    except Tampered:
        words = {}
    row = Row(draft.pk, {name: words.get(name, "") for name in (*CELLS, *BESIDE)})
    row.head = {name: words.get(name, "") for name in HEAD}
    return row


def _check(rows, head, person):
    """Hold every typed row to the rules; the rows that are all right are left to be logged."""
    for number, row in enumerate(rows):
        if not row.is_empty:
            row.check(head, person=person)
            _warn_of_twins(row, rows[:number])


def _warn_of_twins(row, others):
    if any(row.resembles(other) for other in others if not other.is_empty):
        row.notes["patient_name"] = "the same patient and partner stand in another row"


def _log(request, head, rows):
    """Log each row that is all right, once; the others stay, with what is wrong beside their cells."""
    words, made = head.words(), {}
    for row in rows:
        if not row.is_empty:
            _log_one(row, words, made, by=request.user)
    logged, left = [row for row in rows if row.address], [row for row in rows if not row.address]
    waiting = [row for row in left if not row.is_empty]
    for row in waiting:
        actions.keep(row.key, row.cells | words, by=request.user)
    if logged and not waiting:
        number = len(logged)
        messages.success(request, f"{number} referral{'' if number == 1 else 's'} logged.")
        return redirect("referrals:list")
    if not left:
        left = blank_rows(1)
    return _show(request, head, left, logged=logged)


def _log_one(row, head, made, *, by):
    """Hold one row to the rules and log it; a partner whom an earlier row added is not added again."""
    if row.cells.get("partner") == NEW and (known := made.get(normalised(row.cells["partner_text"]))):
        row.cells["pick"] = str(known.pk)
    row.check(head, person=by)
    if row.errors:
        return
    new_name = row.form.who.new_name
    try:
        row.address, referral = actions.log_row(row.key, by=by, **row.form.values())
    except Refused as refused:
        row.refuse(refused)
        return
    if new_name and referral:
        made[normalised(new_name)] = referral.partner


def _show(request, head, rows, restored=(), logged=()):
    context = {
        "head": head,
        "rows": rows,
        "logged": logged,
        "restored": restored,
        "since": min((draft.at for draft in restored), default=None),
        "blank": Row(BLANK),
        "wrong": sum(1 for row in rows if row.errors),
        **choices(),
    }
    return render(request, "referrals/grid.html", context)
