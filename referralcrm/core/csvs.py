"""Lists as CSV that a spreadsheet opens and never executes."""

import csv
import io
from itertools import chain

from django.http import HttpResponse

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
QUOTE = '"'
SPECIAL = set(',;"\r\n')  # what puts a word of a list in quotes
MARKED = (*ACTIVE, "'")  # an apostrophe of its own as well, so that taking one off is exact


def inert(value) -> str:
    """Text whose first letter no spreadsheet takes for a formula (OWASP "CSV Injection")."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(MARKED) else text


def as_typed(cell: str) -> str:
    """The text that ``inert`` was given, when the file is read again."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(MARKED) else cell


def as_list(words) -> str:
    """Words in one cell with commas between them; a word that holds a comma or quotes stands in quotes."""
    return ", ".join(f'"{word.replace(QUOTE, QUOTE * 2)}"' if set(word) & SPECIAL else word for word in words)


def listed(cell: str) -> list[str]:
    """The words of one cell: those ``as_list`` put there, or divided by semicolons or lines."""
    has_commas = "," in cell or '"' in cell
    lines = csv.reader(
        io.StringIO(cell, newline=""), delimiter="," if has_commas else ";", skipinitialspace=True
    )
    return [word.strip() for words in lines for word in words if word.strip()]


def csv_response(file_name: str, header: list[str], rows) -> HttpResponse:
    """A download in UTF-8 with a byte-order mark, so that Excel reads accents."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([inert(value) for value in row] for row in chain([header], rows))
    return HttpResponse(
        "\ufeff" + out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
