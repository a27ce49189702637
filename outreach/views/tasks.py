"""What there is to do: the list, one task with every way to be rid of it, and Undo."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import methodcaller

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from outreach.actions import tasks
from outreach.filters import TaskFilter
from outreach.forms.tasks import DoneForm, OwnerForm, SkipForm, SnoozeForm, TaskForm
from outreach.models import Task
from outreach.states import TaskKind
from referralcrm.core.answers import back, carried_out, not_carried_out, stood_on
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.core.templatetags.house import day
from referralcrm.practice import browse, trash
from referralcrm.practice.browse import Browsed, BuiltIn
from referralcrm.practice.listings import Asked, Column, minute_of, offer
from referralcrm.practice.once import once
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place, places
from referralcrm.practice.pulse import live
from referralcrm.practice.scope import current_practice

A_PAGE = 25


@dataclass(frozen=True)
class Verb:
    """One way to be rid of a task: its form, the action, and what is said afterwards."""

    form: type
    act: Callable
    said: Callable
    can_undo: bool = True


def _done(task, data):
    words = {"call": "Called", "message": "Wrote to", "visit": "Visited", "letter": "Sent a letter to"}
    if task.partner and data["contact"] in words:
        return f"{words[data['contact']]} {task.partner.name}."
    return f"Done: {task.title}"


VERBS = {
    "done": Verb(DoneForm, tasks.complete, _done),
    "snooze": Verb(SnoozeForm, tasks.snooze, lambda task, data: f"Hidden until {day(data['until'])}."),
    "skip": Verb(SkipForm, tasks.skip, lambda task, data: f"Skipped: {task.title}"),
    "give": Verb(
        OwnerForm,
        tasks.reassign,
        lambda task, data: f"Given to {data['owner'].name if data['owner'] else 'everybody'}.",
        can_undo=False,
    ),
}


@allow(Permission.LOG, methods="GET POST")
def task(request, pk):
    """``verb`` says which of the forms was sent."""
    task = get_object_or_404(Task.objects.kept().select_related("partner", "owner", "closed_by"), pk=pk)
    sent = (request.POST or request.kept or {}).get("verb", "")
    forms = {name: _form(request, task, verb, is_this=name == sent) for name, verb in VERBS.items()}
    if sent in VERBS and is_sent(request, forms[sent]):
        verb, data = VERBS[sent], forms[sent].cleaned_data
        try:
            verb.act(task, by=request.user, **data)
        except Refused as refused:
            if request.htmx:
                return not_carried_out(request, refused)
            refuse(forms[sent], refused)
        else:
            return carried_out(request, verb.said(task, data), undo=_undo(task) if verb.can_undo else "")
    context = {"task": task, "forms": forms, "can_act": task.closed_at is None or sent in VERBS}
    return render(request, "outreach/task.html", context)


@allow(Permission.LOG, methods="POST")
def undo(request, pk):
    """Open again, if nobody changed it since (``version``); back to the page the toast stood on."""
    to = stood_on(request)
    task = get_object_or_404(Task.objects.select_related("touchpoint"), pk=pk)
    try:
        tasks.reopen(task, version=_number(request.GET.get("version")), by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, f"Open again: {task.title}", to=to)


@allow(Permission.LOG, methods="POST")
def delete(request, pk):
    task = get_object_or_404(Task.objects.kept(), pk=pk)
    try:
        tasks.delete(task, by=request.user)
    except Refused as refused:
        return not_carried_out(request, refused, to=reverse("outreach:task", args=[pk]))
    text = f"In the trash for 30 days: {task.title}"
    return carried_out(request, text, undo=trash.undo(task), to=_after_delete(request))


def _after_delete(request):
    """The list the task was opened from, else the list of tasks."""
    return back(request) if request.POST.get("next") else reverse("outreach:tasks")


@allow(Permission.LOG, methods="GET POST")
@once
def add(request):
    form = bound(request, TaskForm, places=places(request), initial=_asked_for(request))
    if is_sent(request, form):
        made = tasks.add(kind=TaskKind.OTHER, by=request.user, **form.cleaned_data)
        return carried_out(request, f"Added: {made.title}")
    return render(request, "outreach/task_new.html", {"form": form})


def rows_of(asked, *, columns, sort):
    """Whose, which and of which kind the address says (``TaskFilter``); the order goes with which."""
    rows = Task.objects.kept().select_related(
        "partner__discipline", "partner__organisation", "owner", "closed_by"
    )
    found = TaskFilter(asked.data, queryset=rows, person=asked.by, here=asked.here)
    return found, found.qs


COLUMNS = (
    Column("task", "Task", "title"),
    Column("partner", "Partner", "partner.name"),
    Column("why", "Why", "why"),
    Column("kind", "Kind", methodcaller("get_kind_display")),
    Column("owner", "Whose", "owner.name"),
    Column("due", "Due", "due_on"),
    Column("hidden", "Hidden until", "snoozed_until"),
    Column("now", "Now", methodcaller("get_state_display")),
    Column("closed", "Closed", minute_of("closed_at")),
    Column("by", "Closed by", "closed_by.name"),
    Column("because", "Because", "skipped_because"),
)
TASKS = offer(
    Browsed(
        slug="tasks",
        title="Tasks",
        url_name="outreach:tasks",
        noun="task",
        filters=TaskFilter,
        rows=rows_of,
        columns=COLUMNS,
        usual=tuple(column.key for column in COLUMNS),
        built_in=(
            BuiltIn(browse.EVERYTHING, "Mine"),
            BuiltIn("everybodys", "Everybody’s", "for=everybody"),
            BuiltIn("in-touch", "Keep in touch", "kind=check_in"),
            BuiltIn("done", "Done", "show=done"),
            BuiltIn("skipped", "Skipped", "show=skipped"),
        ),
        defaults=frozenset({("show", "open"), ("for", "mine")}),
        is_table=False,
    )
)


@allow(Permission.VIEW)
@live("task", "partner")
def index(request):
    """The tasks that the address, or the view it names, asks for."""
    chosen = browse.Chosen(TASKS, request)
    request.GET = chosen.address  # what every link and form on the page goes on from
    here = chosen_place(request)
    found, rows = rows_of(Asked(request.GET, here, request.user), columns=chosen.column_keys, sort="")
    context = {
        "chosen": chosen,
        "stale": browse.stale(found),
        "filter": found,
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "here": here,
        "today": current_practice().today(),
        "may_log": request.user.may(Permission.LOG),
    }
    return render(request, "outreach/tasks.html", context)


def _asked_for(request):
    place = chosen_place(request) or request.user.home_location_id
    return {"owner": request.user.pk, "partner": request.GET.get("partner"), "location": place}


def _form(request, task, verb, *, is_this):
    if is_this:
        return bound(request, verb.form)
    return verb.form(initial={"version": task.version, "owner": task.owner_id})


def _undo(task):
    return f"{reverse('outreach:undo_task', args=[task.pk])}?version={task.version + 1}"


def _number(text):
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
