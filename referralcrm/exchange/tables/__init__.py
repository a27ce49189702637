"""A spreadsheet somebody brought, read as rows of text: CSV, TSV and XLSX, whoever wrote it.

``open_table`` finds the encoding, the delimiter and the header row; what it cannot read with
certainty it refuses in words for the person who brought it. Nothing is executed, nothing is
unpacked to disk, and a file takes the same memory whatever its length.
"""

from referralcrm.exchange.tables.delimited import Delimited
from referralcrm.exchange.tables.encodings import find_encoding
from referralcrm.exchange.tables.kinds import is_workbook, refuse_other_kinds
from referralcrm.exchange.tables.table import Table
from referralcrm.exchange.tables.unreadable import Unreadable
from referralcrm.exchange.tables.workbooks import Workbook

__all__ = ["Table", "Unreadable", "open_table"]


def open_table(file, *, name: str, has_header: bool | None = None, sheet: int | None = None) -> Table:
    """The table in a seekable binary file. Raises Unreadable, with a text for a person.

    ``name`` is what the file was called, only for messages: what it is is decided by its content.
    ``has_header`` and ``sheet`` (its place in ``Table.sheets``, from 0) overrule what would be guessed.
    The file has to stay open while the table is read.
    """
    if is_workbook(file, name):
        source = Workbook(file, sheet=sheet)
    else:
        refuse_other_kinds(file)
        source = Delimited(file, encoding=find_encoding(file))
    return Table(source, has_header=has_header)
