"""What people do with lists: ask for one, and fetch it."""

import csv
import io

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.nudge import nudge
from referralcrm.core.refused import Refused
from referralcrm.exchange.outgoing.books import unguarded, workbook
from referralcrm.exchange.outgoing.kinds import headed
from referralcrm.exchange.outgoing.models import PARTS_A_FILE, Export
from referralcrm.practice import files

BOM = b"\xef\xbb\xbf"  # so that Excel reads the letters


@transaction.atomic
def ask_for(kind: str, *, by, query: str = "", here=None, **options: bool) -> Export:
    """Have a list written in the background; ``query`` is the list's own query string.

    ``here`` is the key of the location that the list shows, None for all. ``options``: as_seen, has_names.
    """
    export = Export.objects.create(kind=kind, query=query, here=here, by=by, **options)
    nudge("exchange.write_exports", export.practice_id)
    return export


@transaction.atomic
def fetch(export: Export, *, number: int, ending: str, by) -> bytes:
    """The bytes of one of its files, as "csv" or "xlsx". Raises Refused while it is being written."""
    if export.finished_at is None:
        raise Refused("This list is still being written.")
    header = list(headed(export))
    parts = export.parts.filter(number__gte=(number - 1) * PARTS_A_FILE, number__lt=number * PARTS_A_FILE)
    texts = (b"".join(files.read(part.file)) for part in parts.select_related("file"))
    record("downloaded", by=by, subject=export)
    if ending == "xlsx":
        return workbook(header, (cells for text in texts for cells in _rows(text)))
    line = io.StringIO()
    csv.writer(line).writerow(header)
    return b"".join([BOM, line.getvalue().encode(), *texts])


def _rows(text):
    return map(unguarded, csv.reader(io.StringIO(text.decode(), newline="")))
