"""What people do with an import; the work itself is a worker's (``intake.work``)."""

import hashlib
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.crypto import blind_index
from referralcrm.core.nudge import nudge
from referralcrm.core.refused import Refused
from referralcrm.exchange import columns
from referralcrm.exchange.models import Headings, Import
from referralcrm.exchange.states import BEFORE, Level, State
from referralcrm.exchange.tables import open_table
from referralcrm.practice import files
from referralcrm.practice.scope import current_practice_id

MEGABYTE = 1024 * 1024
LIMIT = 50 * MEGABYTE
PIECE = 256 * 1024
LONGEST_TAB = 100  # letters of a sheet's name that are kept
SAMPLE = 50  # rows that show what a column without a telling name holds
WHY = "why it stayed out"  # the heading of what stands beside the rows of a file to mend
ELSEWHERE = "Somebody else was quicker: this import is {} by now."


@transaction.atomic
def upload(*, file, sheet, by):
    """Keep an uploaded file and guess what its columns are. Raises Refused when it cannot be read."""
    fingerprint = hashlib.sha256()
    for piece in iter(partial(file.read, PIECE), b""):
        fingerprint.update(piece)
    file.seek(0)
    stored = files.put(file, name=file.name, content_type="application/octet-stream", limit=LIMIT)
    table = open_table(files.opened(stored), name=file.name)
    run = Import(sheet=sheet, file=stored, by=by)
    run.fingerprint = _secret(fingerprint.hexdigest(), "import file")
    _adopt(run, table)
    run.save()
    record("uploaded", by=by, subject=run)
    return run


def table_of(run, **other):
    """The rows of its file as it is read, or as with another ``has_header`` or ``sheet``."""
    how = {"has_header": run.has_header, "sheet": run.tab} | other
    return open_table(files.opened(run.file), name=files.name_of(run.file), **how)


def _adopt(run, table):
    """Take over how the table reads: its sheet, its headings, and what its columns seem to be."""
    run.tab = table.sheets.index(table.sheet) if table.sheets else None
    run.tab_name = table.sheet[:LONGEST_TAB] if len(table.sheets) > 1 else ""
    run.header, run.has_header = table.header, table.has_header
    run.matched = guess(run.sheet, table)


def guess(sheet, table) -> list[str]:
    """Our field for each column: as it was matched the last time, else by what the heading says."""
    known = Headings.objects.filter(sheet=sheet, index=_headings(table.header)).first()
    if known and table.has_header:
        remembered = iter(known.matched)
        return ["" if name == WHY else next(remembered, "") for name in table.header]
    found = columns.guess(columns.SHEETS[sheet], table.header, table.sample(SAMPLE))
    matched = [""] * len(table.header)
    for key, column in found.items():
        matched[column] = key
    return matched


def twin(run):
    """An earlier import of the very same file, and sheet of it, that is still in force, or None."""
    same = Import.objects.filter(fingerprint=run.fingerprint, sheet=run.sheet, state=State.DONE)
    same = same.filter(Q(tab=run.tab) | Q(tab=None))
    return same.exclude(pk=run.pk).select_related("by").first()


@transaction.atomic
def match(run, *, by, matched, **options):
    """Say what each column is, remember it for the next file with these headings, and have it checked.

    ``options``: adds_partners, direction, unsaid.
    """
    run = _locked(run, BEFORE)
    _set(
        run,
        matched=matched,
        state=State.CHECKING,
        position=0,
        orders=None,
        matters=None,
        failure="",
        stumbles=0,
        **options,
    )
    if run.has_header:
        kept = {"matched": [key for name, key in zip(run.header, matched, strict=True) if name != WHY]}
        Headings.objects.update_or_create(sheet=run.sheet, index=_headings(run.header), defaults=kept)
    record("asked to check", by=by, subject=run)
    _order(run)
    return run


@transaction.atomic
def read_again(run, *, by, **other):
    """The first row names the columns after all (``has_header``), or another ``sheet`` is meant.

    Raises Unreadable when nothing stands in that sheet.
    """
    run = _locked(run, {State.UPLOADED})
    _adopt(run, table_of(run, **other))
    _set(run)
    return run


@transaction.atomic
def rematch(run, *, by):
    """Back to the columns. Refused once the import has begun."""
    run = _locked(run, BEFORE | {State.CHECKING})
    _set(run, state=State.UPLOADED, position=0, lease_until=None)
    return run


@transaction.atomic
def choose(run, choice, *, by, line=None, is_sure=None):
    """Decide what becomes of a line that may be here already; of all such lines without ``line``.

    ``is_sure`` narrows all of them to those that certainly are (or only look so).
    """
    run = _locked(run, {State.CHECKED})
    notes = run.notes.filter(level=Level.ALIKE)
    if line is not None:
        notes = notes.filter(line=line)
    if is_sure is not None:
        notes = notes.filter(is_sure=is_sure)
    notes.update(choice=choice)
    return run


@transaction.atomic
def start(run, *, by):
    """Have the rows brought in. Refused unless they were checked and some are good."""
    run = _locked(run, {State.CHECKED})
    if not run.good:
        raise Refused("No row can come in yet. Mend the file, or match the columns otherwise.")
    _set(run, state=State.IMPORTING, by=by, position=0, stumbles=0, started_at=timezone.now())
    record("began to import", by=by, subject=run)
    _order(run)
    return run


@transaction.atomic
def undo(run, *, by):
    """Have everything taken back, also in the middle of it. Refused after 30 days."""
    run = _locked(run, {State.DONE, State.IMPORTING})
    if run.state == State.DONE and not run.can_be_undone:
        raise Refused("This was brought in more than 30 days ago and cannot be undone as a whole.")
    run.ready.all().delete()
    _set(run, state=State.UNDOING, by=by, position=0, kept=0, stumbles=0, lease_until=None)
    record("asked to undo", by=by, subject=run)
    _order(run)
    return run


@transaction.atomic
def discard(run, *, by):
    """Forget a file that was not brought in, with all that was noted about it."""
    run = _locked(run, BEFORE | {State.CHECKING})
    _set(run, state=State.DISCARDED, lease_until=None)
    forget(run)
    record("discarded", by=by, subject=run)
    return run


def forget(run):
    """Delete the file and what was noted or kept of its cells; the counts and what undoes it stay."""
    run.notes.all().delete()
    run.ready.all().delete()
    if run.file:
        file, run.file = run.file, None
        run.save()
        file.delete()


def _locked(run, states):
    current = Import.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if current.state not in states:
        raise Refused(ELSEWHERE.format(current.get_state_display()))
    return current


def _set(run, **values):
    """Change the row; a worker that still has it finds another fence."""
    for name, value in values.items():
        setattr(run, name, value)
    run.attempt += 1
    run.save()


def _order(run):
    nudge("exchange.work", run.practice_id)


def _headings(header):
    names = [" ".join(name.lower().split()) for name in header if name != WHY]
    return _secret("\x1f".join(names), "import headings")


def _secret(text, purpose):
    return blind_index(f"{current_practice_id()}:{text}", purpose=purpose)
