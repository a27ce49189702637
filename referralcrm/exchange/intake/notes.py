"""What is written down about single lines, and what decides about them afterwards."""

import json
from typing import NamedTuple

from referralcrm.audit.actions import record
from referralcrm.core.crypto import wrap
from referralcrm.core.keys import new_id
from referralcrm.exchange.models import Note
from referralcrm.exchange.states import Choice, Level
from referralcrm.practice.staging import as_bytes, insert_many


class Judged(NamedTuple):
    """What the check, or a person after it, said of a line."""

    level: str
    match: str
    choice: str


def judged(current, first, last) -> dict[int, Judged]:
    """What decides about these lines: why one stays out, or a choice that was made."""
    notes = current.notes.filter(line__gte=first, line__lte=last)
    notes = notes.filter(level__in=[Level.BAD, Level.ALIKE]).order_by()
    found = notes.values_list("line", "level", "match", "choice")
    return {line: Judged(level, str(match), choice) for line, level, match, choice in found}


def choice_of(current, match, note) -> str:
    """What becomes of a line that can come in; ``match`` is who it is now, ``note`` what was judged."""
    if note is not None:
        return note.choice
    return current.choice if match else Choice.CREATE


def note(current, rows):
    """Write down what was found about these rows."""
    notes = []
    for row in rows:
        notes += [(row, Level.BAD, remark) for remark in row.bad]
        notes += [(row, Level.WARNING, remark) for remark in row.warnings]
        if not row.bad and row.match:
            notes.append((row, Level.ALIKE, None))
        current.bad += bool(row.bad)
        current.warnings += not row.bad and bool(row.warnings)
        current.alike += not row.bad and row.match is not None
    fields = ["id", "line", "level", "column", "said_sealed", "match", "is_sure", "choice"]
    cells = [_cells(current, *note) for note in notes]
    if cells:
        insert_many(Note, fields, cells, of=current.pk)


def _cells(current, row, level, remark):
    column, reason = remark or (None, "")
    said = wrap(json.dumps([reason, row.cells]).encode(), bound_to=f"note:{current.pk}")
    note = (str(new_id()), row.line, level, column, as_bytes(said))
    if remark is None:
        return *note, row.match, row.is_sure, Choice.SKIP if row.is_sure else Choice.CREATE
    return *note, None, False, None


def note_reads(current, patients):
    """Names of patients that were opened to compare them are reads like any other."""
    if patients:
        record(
            "read", by=current.by, subjects=sorted(patients), subject_type="patient", note="exchange:import"
        )
