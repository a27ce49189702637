"""The worker's part: write the lists that wait, a part and a transaction at a time.

First the keys of all rows are kept as they stand in order at one moment; then each part is filled. The row
of the export is locked meanwhile, so that two workers never write the same part; a worker that dies leaves
whole parts behind, and the next goes on after them.
"""

import csv
import io
from itertools import islice
from time import monotonic

from django.db.models import F
from django.utils import timezone

from referralcrm.audit.actions import record, record_reads
from referralcrm.core.csvs import inert
from referralcrm.core.reading import reading
from referralcrm.exchange.outcomes.actions import forget
from referralcrm.exchange.outcomes.models import OutcomeFile
from referralcrm.exchange.outgoing.kinds import chosen_rows, headed, kinds, text_of
from referralcrm.exchange.outgoing.models import ROWS_A_PART, Export, ExportPart
from referralcrm.practice import files
from referralcrm.practice.scope import enter

SLICE = 40  # seconds of one task; what is left is for the next
STUMBLES = 5  # errors after which nothing more is tried
LARGEST = 1 << 30  # bytes of a part: rows are bounded, so this is never reached


def write_exports(practice) -> bool:
    """Write what waits in one practice, for a while; whether there is more to do."""
    deadline = monotonic() + SLICE
    while monotonic() < deadline:
        if not (_write_next(practice) or _forget_next(practice)):
            return False
    return True


def _write_next(practice) -> bool:
    with enter(practice, durable=True):
        waiting = Export.objects.waiting().select_related("by").order_by("created_at", "id")
        export = waiting.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
        pk = export and export.pk
        if export is None:
            return False
    try:
        with enter(practice, durable=True):
            return _write_part(pk)
    except Exception:
        with enter(practice, durable=True):
            _stumble(pk)
        raise


def _write_part(pk):
    """The next part of an export; whether anything was written (nothing when another worker has it)."""
    mine = Export.objects.waiting().filter(pk=pk).select_related("by", "practice")
    export = mine.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if export is None:
        return False
    rows = chosen_rows(export)
    if export.total is None:
        export.total = _list(export, rows)
    if part := export.parts.to_write().first():
        export.position += _fill(export, part, rows)
    export.stumbles = 0
    if not export.parts.to_write().exists():
        export.finished_at = timezone.now()
    export.save()
    return True


def _list(export, rows) -> int:
    """Keep the keys of the rows in their order; how many there are."""
    keys, total = rows.keys(), 0
    for number, some in enumerate(iter(lambda: list(islice(keys, ROWS_A_PART)), [])):
        ExportPart.objects.create(of=export, number=number, keys=some)
        total += len(some)
    return total


def _fill(export, part, rows) -> int:
    """Write the rows of a part that are still there; how many they are. A part without any is given up."""
    with reading() as seen:
        found = rows.read(part.keys)
        text = _as_csv(found, headed(export).values())
    if not found:
        part.delete()
        return 0
    name = f"part {part.number}"
    part.file = files.put(io.BytesIO(text), name=name, content_type="text/csv", limit=LARGEST)
    part.keys = []
    part.save()
    _say_who_was_read(export, found, seen)
    return len(found)


def _as_csv(rows, paths) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    paths = list(paths)
    writer.writerows([inert(text_of(row, path)) for path in paths] for row in rows)
    return out.getvalue().encode()


def _say_who_was_read(export, rows, seen):
    noun = kinds()[export.kind].noun
    record("exported", by=export.by, subjects=[row.pk for row in rows], subject_type=noun)
    if seen or seen.others:
        record_reads({"patient": seen} | seen.others, by=export.by, note="exchange:export")


def _stumble(pk):
    Export.objects.filter(pk=pk).update(stumbles=F("stumbles") + 1)
    Export.objects.filter(pk=pk, stumbles__gte=STUMBLES).update(failed_at=timezone.now())


def _forget_next(practice) -> bool:
    """Delete one list, or one file of outcomes, whose days are over; whether there was one."""
    with enter(practice, durable=True):
        now = timezone.now()
        if old := Export.objects.to_forget(now).select_for_update(skip_locked=True).first():
            written = [part.file for part in old.parts.select_related("file") if part.file]
            old.delete()
            for file in written:
                file.delete()
        elif old := OutcomeFile.objects.to_forget(now).select_for_update(skip_locked=True).first():
            forget(old)
        return old is not None
