"""Lines that were read, or that the check kept ready, become rows; what undoes a step is noted with it."""

import json

from django.db import connection

from referralcrm.core.keys import new_id
from referralcrm.exchange.intake.notes import choice_of, judged, note
from referralcrm.exchange.models import Batch, Ready
from referralcrm.exchange.states import Choice, Level, Made
from referralcrm.practice.staging import staged

KEEP = f"""
    INSERT INTO {Batch._meta.db_table} (id, practice_id, of_id, number, what, made, changed, kept, is_undone)
    VALUES (%s, %s, %s, %s, %s, %s::uuid[], %s, '{{}}', false)
"""  # noqa: S608  (the name of our own table)


def keep_ready(current, sheet, chunk):
    """Keep what the check found good, so that bringing it in need not read it again."""
    rows = [row for row in chunk if not row.bad and row.repeats is None]
    if not rows:
        return
    ready = Ready(of=current, number=current.position, first=rows[0].line, last=rows[-1].line)
    ready.names, ready.text = sheet.pack(str(ready.pk), rows)
    ready.save(force_insert=True)


def write_ready(current, sheet, ready):
    """Bring in a step's rows that were kept; who is here by now is asked again, of all of them at once."""
    known = judged(current, ready.first, ready.last)
    with staged(str(ready.pk), ready.names, ready.text) as lines:
        matches, to_fill, out = sheet.known_again(lines), {}, []
        for line in known.keys() | matches.keys():
            choice = choice_of(current, matches.get(line), known.get(line))
            if choice == Choice.UPDATE:
                to_fill[line] = matches.get(line) or known[line].match
            if choice != Choice.CREATE:
                out.append(line)
        values = sheet.values_of(lines, list(to_fill))
        lines.leave_out("line", [str(line) for line in out])
        fill = {key: values[line] for line, key in to_fill.items() if line in values}
        batches = sheet.write_staged(lines, fill, by=current.by)
    _keep(current, sheet, batches)


def write(current, sheet, chunk):
    """Bring in lines that were read again."""
    known = judged(current, chunk[0].line, chunk[-1].line) if chunk else {}
    to_make, to_fill = [], {}
    for row in chunk:
        found = known.get(row.line)
        if row.bad or row.repeats is not None or (found and found.level == Level.BAD):
            continue
        choice = choice_of(current, row.match, found)
        if choice == Choice.CREATE:
            to_make.append(row)
        elif choice == Choice.UPDATE:
            to_fill[row.match or found.match] = row
    batches = sheet.write(to_make, to_fill, by=current.by)
    _keep(current, sheet, batches)
    note(current, [row for row in chunk if row.bad and row.line not in known])


def _keep(current, sheet, batches):
    """Count what came of a step and note what undoes it; the keys go as text, thousands at once."""
    ours = [parts for parts in batches if parts["what"] in {sheet.what, Made.FILLED, Made.FILLED_CONTACTS}]
    current.made += sum(len(parts.get("made", ())) for parts in ours)
    current.changed += sum(len(parts.get("changed", ())) for parts in ours)
    with connection.cursor() as cursor:
        for parts in batches:
            made, changed = parts.get("made", []), json.dumps(parts.get("changed", {}))
            row = (new_id(), current.practice_id, current.pk, current.position, parts["what"], made, changed)
            cursor.execute(KEEP, row)
