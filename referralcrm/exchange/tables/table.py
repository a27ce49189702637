"""A table as everybody sees it, whatever file it comes from."""

from collections.abc import Iterator
from itertools import islice

from referralcrm.exchange.columns import is_known_header
from referralcrm.exchange.tables.unreadable import Unreadable

LOOKED_AT = 50  # rows that decide about the header and the width
FAR = 5_000  # empty rows after which nobody looks for another of those
ABOVE = 12  # rows of titles and remarks that may stand above the header


class Table:
    """Rows of text with or without a header row.

    ``encoding`` and ``delimiter`` are "" for a workbook, ``sheets`` empty for text and ``sheet`` "".
    ``header`` names the columns; without a header row they are called "Column 1", "Column 2" …
    """

    def __init__(self, source, *, has_header: bool | None = None):
        self._source = source
        self.encoding: str = source.encoding
        self.delimiter: str = source.delimiter
        self.sheets: list[str] = source.sheets
        self.sheet: str = source.sheet
        first = list(islice(self._filled(is_look=True), LOOKED_AT))
        if not first:
            what = "sheet" if len(self.sheets) > 1 else "file"
            raise Unreadable(f"There is nothing in this {what}: not one cell is filled in.")
        at = None if has_header is False else _header_at(first)
        if at is None and has_header:
            at = _widest_of_the_top(first)
        self.has_header: bool = at is not None
        self._starts_after = first[at][0] if self.has_header else 0
        rows = [cells for _, cells in first[at or 0 :]]
        self.width: int = len(rows[0]) if self.has_header else max(map(len, rows))
        self.header: list[str] = _named(rows[0] if self.has_header else [], self.width)

    def sample(self, n: int) -> list[list[str]]:
        """The first ``n`` rows below the header."""
        return [cells for _, cells in islice(self._below(is_look=True), n)]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line in the file, cells), from the first row below the header; streamed, as often as asked.

        Lines count from 1 as a person sees them: a row of a CSV that spans lines has its first one.
        Empty rows are left out. A short row is filled up with "" to ``width``; one that is longer
        keeps what stands beyond, so that it can be named as bad. Raises Unreadable where the file
        turns out to be broken.
        """
        return self._below()

    def _below(self, *, is_look=False):
        width = self.width
        for line, cells in self._filled(is_look=is_look):
            if line <= self._starts_after:
                continue
            if len(cells) < width:
                cells.extend([""] * (width - len(cells)))
            yield line, cells

    def _filled(self, *, is_look=False):
        """The rows that hold something, without empty cells at their end.

        A mere look, while somebody waits, ends where a million formatted but empty rows begin.
        """
        empty = 0
        for line, cells in self._source.look() if is_look else self._source.rows():
            while cells and not cells[-1].strip():
                cells.pop()
            empty = 0 if cells else empty + 1
            if cells:
                yield line, cells
            elif is_look and empty > FAR:
                return


def _header_at(first):
    """The index of the header row among the ``first`` ones, or None."""
    for index, (_, cells) in enumerate(first[:ABOVE]):
        known = sum(is_known_header(cell) for cell in cells)
        if known >= 2 or (known and index == 0 and known * 2 >= len(cells)):
            return index
    rows = [cells for _, cells in first[_widest_of_the_top(first) :]]
    return len(first) - len(rows) if _reads_like_names(rows[0]) and _differs_from_below(rows) else None


def _widest_of_the_top(first):
    """The index of the first row that fills over half as many cells as any does: not of a title."""
    filled = [sum(map(bool, map(str.strip, cells))) for _, cells in first]
    return next(index for index, count in enumerate(filled) if index == ABOVE or count * 2 > max(filled))


def _reads_like_names(cells):
    """Short, all different, all filled, without anything that only data has."""
    if len({cell.strip().lower() for cell in cells}) != len(cells) or not all(map(str.strip, cells)):
        return False
    return not any(_is_data(cell) or len(cell) > 60 for cell in cells)


def _differs_from_below(rows):
    """Whether some column below holds mostly numbers, dates or addresses."""
    below = rows[1:]
    for column in range(len(rows[0])):
        cells = [cells[column] for cells in below if len(cells) > column and cells[column].strip()]
        if cells and sum(map(_is_data, cells)) * 2 > len(cells):
            return True
    return False


def _is_data(cell):
    digits = sum(sign.isdigit() for sign in cell)
    return "@" in cell or digits * 3 > len(cell.strip())


def _named(cells, width):
    names = [" ".join(cell.replace("\0", " ").split()) for cell in cells] + [""] * (width - len(cells))
    return [name or f"Column {number}" for number, name in enumerate(names, start=1)]
