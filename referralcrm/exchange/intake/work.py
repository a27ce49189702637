"""The worker's part: check an import, bring it in, or undo it, in steps that are committed one by one.

Whoever works on an import has claimed it for a short time, under a number that counts up (the fence).
Each step locks the import, makes sure that the number is still its own, and writes its rows, what is
needed to undo them and how far it came in one transaction. A worker that dies leaves whole steps behind;
the next one goes on after them. One that slept through its time finds another number and stops.
"""

import gc
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from time import monotonic

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from referralcrm.core.reading import reading
from referralcrm.exchange.actions import forget, table_of
from referralcrm.exchange.columns import SHEETS, date_orders
from referralcrm.exchange.intake import undo
from referralcrm.exchange.intake.notes import note, note_reads
from referralcrm.exchange.intake.sheets import KINDS, sheet_for
from referralcrm.exchange.intake.writing import keep_ready, write, write_ready
from referralcrm.exchange.models import Import
from referralcrm.exchange.states import BEFORE, Sheet, State
from referralcrm.exchange.tables import Unreadable
from referralcrm.practice.scope import enter

CHUNK = 10_000  # rows in a step
SLICE = 40  # seconds of one task; what is left is for the next
MAX_LINES = 500_000
STUMBLES = 5  # errors after which a person is asked


class Overtaken(Exception):
    """Another worker, or a person, has this import now."""


def checkpoint(name: str):
    """A named instant of a step, at which the fault tests kill or stop the process."""


def work(practice) -> bool:
    """Work on one import of the practice for a while; whether there is more to do."""
    run = _claim(practice)
    if run is None:
        return _forget(practice)
    try:
        with _little_to_collect():
            PHASES[run.state](practice, run, monotonic() + SLICE)
    except Overtaken:
        return True
    except Unreadable as unreadable:
        _fail(practice, run, unreadable.message)
    except Exception:
        _stumble(practice, run)
        raise
    _release(practice, run)
    return True


@contextmanager
def _little_to_collect():
    """Spare what was there before the search for garbage while thousands of rows come and go."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _claim(practice):
    """The oldest import that waits, with a new fence and a lease; None when there is none."""
    now = timezone.now()
    with enter(practice, durable=True):
        run = Import.objects.waiting(now).order_by("created_at").first()
        if run is None:
            return None
        mine = Import.objects.waiting(now).filter(pk=run.pk, attempt=run.attempt, state=run.state)
        if not mine.update(attempt=F("attempt") + 1, lease_until=_lease(now)):
            return None
    run.attempt += 1
    checkpoint("claimed")
    return run


def _lease(now):
    return now + timedelta(seconds=settings.IMPORT_LEASE_SECONDS)


def _mine(run):
    return Import.objects.filter(pk=run.pk, attempt=run.attempt, state=run.state)


@contextmanager
def _step(practice, run, *, is_progress=True):
    """One transaction in which the import is locked and ours. Raises Overtaken."""
    with enter(practice, durable=True):
        current = (
            _mine(run)
            .select_for_update(of=("self",), no_key=True)
            .select_related("by", "file", "practice")
            .first()
        )
        if current is None:
            raise Overtaken
        yield current
        current.lease_until = _lease(timezone.now())
        current.stumbles *= not is_progress
        current.save()
        checkpoint("written")
    checkpoint("committed")


def _release(practice, run):
    with enter(practice, durable=True):
        Import.objects.filter(pk=run.pk, attempt=run.attempt).update(lease_until=None)


def _fail(practice, run, why):
    """The file cannot be read on; what has come in stays until a person undoes it."""
    ended = State.FAILED if run.state == State.CHECKING else State.DONE
    with enter(practice, durable=True):
        _mine(run).update(state=ended, failure=why[:300], finished_at=timezone.now(), lease_until=None)


def _stumble(practice, run):
    """Count an error of ours; after some the import stops and says so, and does not try for ever."""
    with enter(practice, durable=True):
        _mine(run).update(stumbles=F("stumbles") + 1, lease_until=None)
        stuck = _mine(run).filter(stumbles__gte=STUMBLES).exists()
    if stuck:
        _fail(practice, run, "Something went wrong here while working on this file. Nothing more is tried.")


def _check(practice, run, deadline):
    """The dry run: every line is read and judged, nothing but notes is written."""
    with _step(practice, run, is_progress=False) as current:
        sheet, rows = _open(current)
        if current.position == 0:
            current.notes.all().delete()
            current.ready.all().delete()
            current.bad = current.warnings = current.alike = 0
    while True:
        with _step(practice, run) as current, reading() as patients:
            chunk = [sheet.read(line, cells) for line, cells in islice(rows, CHUNK)]
            sheet.recognise(chunk)
            sheet.liken([row for row in chunk if not row.bad and row.repeats is None and row.match is None])
            note(current, chunk)
            note_reads(current, patients)
            current.position += len(chunk)
            current.lines, current.matters = current.position, sheet.matters
            if sheet.keeps_ready:
                keep_ready(current, sheet, chunk)
            if current.lines > MAX_LINES:
                raise Unreadable(
                    f"These are more than {MAX_LINES:,} rows. Divide the file and bring in each part."
                )
            if len(chunk) < CHUNK:
                current.state, current.checked_at, current.position = State.CHECKED, timezone.now(), 0
                return
        if monotonic() > deadline:
            return


def _bring_in(practice, run, deadline):
    """The import itself: what the check found good, each step with what undoes it."""
    with _step(practice, run, is_progress=False) as current:
        bring_in_some = _out_of_what_was_kept if KINDS[Sheet(current.sheet)].keeps_ready else _out_of_the_file
        bring_in_some = bring_in_some(current)
    while True:
        with _step(practice, run) as current, reading() as patients:
            is_over = bring_in_some(current)
            note_reads(current, patients)
            if is_over:
                current.state, current.finished_at = State.DONE, timezone.now()
                current.skipped = current.good - current.made - current.changed
                return
        if monotonic() > deadline:
            return


def _out_of_the_file(current):
    """Steps that read, clean and recognise the lines again."""
    sheet, rows = _open(current)

    def step(current):
        chunk = [sheet.read(line, cells) for line, cells in islice(rows, CHUNK)]
        sheet.recognise(chunk)
        write(current, sheet, chunk)
        current.position, current.matters = current.position + len(chunk), sheet.matters
        return len(chunk) < CHUNK

    return step


def _out_of_what_was_kept(current):
    """Steps as the check kept them; each is given up with the transaction that uses it."""
    sheet = sheet_for(current, current.header)

    def step(current):
        ready = current.ready.first()
        current.position = ready.number if ready else current.lines
        if ready:
            write_ready(current, sheet, ready)
            current.ready.filter(pk=ready.pk).delete()
        return ready is None

    return step


def _forget(practice) -> bool:
    """Delete a file that is no longer needed, and what was noted of its lines; whether there was one."""
    with enter(practice, durable=True):
        run = Import.objects.to_forget(timezone.now()).select_for_update(of=("self",), no_key=True).first()
        if run is None:
            return False
        forget(run)
        run.state = State.DISCARDED if run.state in BEFORE else run.state
        run.save()
        return True


def _open(current):
    """The sheet, and its rows after those that were dealt with; it remembers those as well."""
    table = table_of(current)
    if current.orders is None:
        current.orders = _orders(current, table)
    sheet = sheet_for(current, table.header)
    rows = table.rows()
    for line, cells in islice(rows, current.position):
        sheet.remember(sheet.read(line, cells))
    return sheet, rows


def _orders(current, table):
    """Whether days or months come first in each column of dates; every cell is asked."""
    mapping = {key: index for index, key in enumerate(current.matched) if key}
    lines = (cells for _, cells in table.rows())
    country = current.practice.country
    return date_orders(SHEETS[current.sheet], mapping, lines, country=country)


def _undo(practice, run, deadline):
    """Take every step back, the last kind first; rows that somebody has worked with since stay."""
    while True:
        with _step(practice, run) as current:
            batch = undo.next_batch(current)
            if batch is None:
                current.state, current.undone_at = State.UNDONE, timezone.now()
                return
            kept = undo.take_back(current, batch)
            current.position += len(batch.made) + len(batch.changed)
            current.kept += len(kept)
        if monotonic() > deadline:
            return


PHASES = {State.CHECKING: _check, State.IMPORTING: _bring_in, State.UNDOING: _undo}
