"""Bringing in a spreadsheet: upload, match the columns, look at the dry run, bring in, look at the result."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify

from referralcrm.audit.actions import record
from referralcrm.core.answers import carried_out, not_carried_out
from referralcrm.core.csvs import csv_response
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.exchange import actions, results
from referralcrm.exchange.forms import ChoiceForm, MatchForm, TabForm, UploadForm
from referralcrm.exchange.models import Import
from referralcrm.exchange.outgoing.books import book_response
from referralcrm.exchange.states import Level, Sheet, State
from referralcrm.practice import files
from referralcrm.practice.permissions import Permission, allow

A_PAGE = 25
ISOLATE, END = "\u2068", "\u2069"
SAMPLES = 3  # cells shown beside a column
ALL = [("sure", "All that are here already"), ("perhaps", "All that perhaps are here")]


@allow(Permission.IMPORT, methods="GET POST")
def imports(request):
    """The files that were brought in, and a form for the next."""
    initial = {"sheet": request.GET.get("sheet")} if request.GET.get("sheet") in Sheet else None
    form = bound(request, UploadForm, initial=initial)
    if run := _uploaded(request, form):
        return redirect("exchange:match", run.pk)
    runs = Import.objects.exclude(state=State.DISCARDED).select_related("by", "file")
    page = Paginator(runs, A_PAGE).get_page(request.GET.get("page"))
    for run in page:
        run.name = _name_of(run)
    return render(request, "exchange/imports.html", {"form": form, "page": page})


def _uploaded(request, form):
    if not is_sent(request, form):
        return None
    try:
        with transaction.atomic():
            return actions.upload(by=request.user, **form.cleaned_data)
    except Refused as refused:
        refused.field = "file"
        refuse(form, refused)
        return None


def _run(pk):
    runs = Import.objects.exclude(state=State.DISCARDED).select_related("by", "file")
    run = get_object_or_404(runs, pk=pk)
    run.name = _name_of(run)
    return run


def _name_of(run):
    """The name of its file, and of its sheet where there are several; no name turns the letters after it."""
    if not run.file:
        return "a file that is no longer kept"
    name = files.name_of(run.file)
    return f"{name}, sheet {ISOLATE}{run.tab_name}{END}" if run.tab_name else name


def _note_read(request, run):
    """Lines of past referrals are about patients: whoever sees some of them stands in the audit log."""
    if run.sheet == Sheet.REFERRALS:
        record("looked at rows of", by=request.user, subject=run)


@allow(Permission.IMPORT, methods="GET POST")
def match(request, pk):
    """What each column is, with some of its cells beside it."""
    run = _run(pk)
    if run.state != State.UPLOADED:
        return redirect("exchange:import", pk)
    form = bound(request, MatchForm, run=run)
    if is_sent(request, form):
        actions.match(run, by=request.user, **form.values())
        return redirect("exchange:import", pk)
    table = actions.table_of(run)
    cells = zip(*table.sample(SAMPLES), strict=False)
    columns = list(zip(form.columns(), cells, strict=False))
    _note_read(request, run)
    context = {
        "run": run,
        "form": form,
        "columns": columns,
        "tabs": list(enumerate(table.sheets)) if len(table.sheets) > 1 else [],
        "tab": table.sheets.index(table.sheet) if table.sheets else None,
        "twin": actions.twin(run),
    }
    return render(request, "exchange/match.html", context)


@allow(Permission.IMPORT, methods="POST")
def header(request, pk):
    """The first row names the columns, or it is a row like the others."""
    actions.read_again(_run(pk), by=request.user, has_header=request.POST.get("has_header") == "yes")
    return redirect("exchange:match", pk)


@allow(Permission.IMPORT, methods="POST")
def tab(request, pk):
    """Another sheet of the workbook holds the rows."""
    form, to = TabForm(request.POST), reverse("exchange:match", args=[pk])
    if not form.is_valid():
        raise Http404
    try:
        actions.read_again(_run(pk), by=request.user, sheet=form.cleaned_data["tab"], has_header=None)
    except Refused as refused:
        return not_carried_out(request, refused, to=to)
    return carried_out(request, "The columns are those of this sheet now.", to=to)


@allow(Permission.IMPORT)
def show(request, pk):
    """An import as it stands: being worked on, checked, brought in, undone."""
    run = _run(pk)
    if run.state == State.UPLOADED:
        return redirect("exchange:match", pk)
    if run.is_at_work or run.state == State.FAILED:
        return render(request, "exchange/at_work.html", {"run": run})
    levels = results.levels(run)
    level = results.level_asked_for(request.GET.get("show"), levels)
    page = Paginator(run.notes.filter(level=level), A_PAGE).get_page(request.GET.get("page"))
    results.complete(page, run)
    if page.object_list:
        _note_read(request, run)
    context = {
        "run": run,
        "levels": levels,
        "level": level,
        "page": page,
        "form": ChoiceForm(sheet=run.sheet),
        "all": ALL,
    }
    if run.state == State.CHECKED:
        return render(request, "exchange/checked.html", context)
    kept = results.kept(run) if run.state == State.UNDONE else []
    return render(request, "exchange/done.html", context | {"kept": kept})


@allow(Permission.IMPORT)
def progress(request, pk):
    """How far the work is; the page is opened anew when it is over."""
    run = _run(pk)
    response = render(request, "exchange/progress.html", {"run": run})
    if not run.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@allow(Permission.IMPORT, methods="POST")
def choose(request, pk):
    """What becomes of one line that may be here already, or of all of them."""
    run = _run(pk)
    form = ChoiceForm(request.POST, sheet=run.sheet)
    if not form.is_valid():
        raise Http404
    which = {"sure": True, "perhaps": False}.get(form.cleaned_data["which"])
    line, choice = form.cleaned_data["line"], form.cleaned_data["choice"]
    actions.choose(run, choice, by=request.user, line=line, is_sure=which)
    to = f"{reverse('exchange:import', args=[pk])}?show={Level.ALIKE}"
    words = dict(form.fields["choice"].choices)[choice]
    return carried_out(request, f"Line {line}: {words}." if line else f"All of them: {words}.", to=to)


@allow(Permission.IMPORT, methods="POST")
def start(request, pk):
    actions.start(_run(pk), by=request.user)
    return redirect("exchange:import", pk)


@allow(Permission.IMPORT, methods="POST")
def rematch(request, pk):
    actions.rematch(_run(pk), by=request.user)
    return redirect("exchange:match", pk)


@allow(Permission.IMPORT, methods="POST")
def undo(request, pk):
    actions.undo(_run(pk), by=request.user)
    return redirect("exchange:import", pk)


@allow(Permission.IMPORT, methods="POST")
def discard(request, pk):
    actions.discard(_run(pk), by=request.user)
    messages.success(request, "The file is discarded; nothing of it came in.")
    return redirect("exchange:imports")


@allow(Permission.IMPORT)
def mend(request, pk, ending):
    """The rows that stayed out as a file, with why; mended, it can be brought in like any other."""
    run = _run(pk)
    if ending not in {"csv", "xlsx"}:
        raise Http404
    reasons, cells = {}, {}
    for note in run.notes.bad():
        cells[note.line] = note.cells
        where = f"{run.header[note.column]}: " if note.column is not None else ""
        reasons.setdefault(note.line, []).append(where + note.reason)
    width, header = len(run.header), [*run.header, actions.WHY]
    rows = ([*row[:width], " ".join(reasons[line])] for line, row in cells.items())
    record("exported", by=request.user, subject=run)
    name = f"to-mend-{slugify(run.sheet)}.{ending}"
    return csv_response(name, header, rows) if ending == "csv" else book_response(name, header, rows)


@allow(Permission.IMPORT)
def rows(request, pk):
    """What came in, or was changed, in the order of the file."""
    run = _run(pk)
    page = Paginator(results.Came(run), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "exchange/rows.html", {"run": run, "page": page})
