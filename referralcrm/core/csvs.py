"""Lists as CSV that a spreadsheet opens and never executes."""

import csv
import io

from django.http import HttpResponse

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
MARKED = (*ACTIVE, "'")  # an apostrophe of its own as well, so that taking one off is exact


def inert(value) -> str:
    """Text whose first letter no spreadsheet takes for a formula (OWASP "CSV Injection")."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(MARKED) else text


def as_typed(cell: str) -> str:
    """The text that ``inert`` was given, when the file is read again."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(MARKED) else cell


def csv_response(file_name: str, header: list[str], rows) -> HttpResponse:
    """A download in UTF-8 with a byte-order mark, so that Excel reads accents."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([inert(value) for value in row] for row in rows)
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
