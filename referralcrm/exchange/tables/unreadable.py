"""Why a file cannot be read, in words for the person who brought it."""

from referralcrm.core.refused import Refused

SAVE_AS = "Open it in the program it comes from and save it as “CSV UTF-8” or as an Excel workbook (.xlsx)."
MAX_COLUMNS = 500
MAX_ROW = 1_000_000  # characters


class Unreadable(Refused):
    """The file cannot be read with certainty. The text says why and what to do."""


def too_wide(number: int) -> Unreadable:
    return Unreadable(
        f"Row {number} has more than {MAX_COLUMNS} columns. Delete the columns that nobody needs, and save "
        "the file again."
    )


def too_long(number: int) -> Unreadable:
    return Unreadable(
        f"The row at line {number} is longer than {MAX_ROW:,} characters, which no list of people needs. "
        "Perhaps this is not a spreadsheet, or a quotation mark is never closed."
    )
