"""CSV and its relations: cells divided by a comma, semicolon, tab or bar."""

import csv
import io
from collections import Counter

from referralcrm.exchange.tables.unreadable import MAX_COLUMNS, MAX_ROW, Unreadable, too_long, too_wide

DELIMITERS = (",", ";", "\t", "|")
SNIFFED = 200  # rows
DECLARED = {f"sep={sign}": sign for sign in DELIMITERS}  # a first line that Excel understands
UNCLOSED = (
    "A quotation mark at line {line} is never closed, so the rest of the file would become one cell. "
    "Delete it there, or close it, and choose the file again."
)


class Delimited:
    """The rows of a text file. ``encoding`` is one that its bytes were found to be in."""

    sheets: tuple = ()
    sheet = ""

    def __init__(self, file, *, encoding: str):
        self._file = file
        self.encoding = encoding
        self._skips = 0
        if declared := DECLARED.get(next(self._lines(), "").strip().lower()):
            self.delimiter, self._skips = declared, 1
        else:
            self.delimiter = max(DELIMITERS, key=self._evenness)

    def rows(self):
        """(line, cells) from the beginning. Raises Unreadable."""
        return self._rows(self.delimiter)

    look = rows

    def _rows(self, delimiter):
        lines = self._lines()
        skipped = sum(1 for _, _ in zip(range(self._skips), lines, strict=False))
        reader = csv.reader(lines, delimiter=delimiter)
        line = skipped + 1
        try:
            for cells in reader:
                if len(cells) > MAX_COLUMNS:
                    raise too_wide(line)
                yield line, cells
                lines.begin_row()
                line = skipped + reader.line_num + 1
        except csv.Error as error:
            raise Unreadable(UNCLOSED.format(line=line)) from error

    def _lines(self):
        self._file.seek(0)
        return Lines(self._file, self.encoding)

    def _evenness(self, delimiter):
        """How alike the first rows are in width under this delimiter; more columns decide a draw."""
        widths = Counter()
        try:
            for number, (_, cells) in enumerate(self._rows(delimiter)):
                if number >= SNIFFED:
                    break
                if any(cells):
                    widths[len(cells)] += 1
        except Unreadable:
            return (0, 0)
        several = {width: count for width, count in widths.items() if width > 1}
        if not several:
            return (0, 0)
        width, count = max(several.items(), key=lambda pair: (pair[1], pair[0]))
        return (round(count / widths.total(), 1), width)


class Lines:
    """The lines of a file, none of which may outgrow a row; ``begin_row`` starts counting anew."""

    def __init__(self, file, encoding):
        kept = io.BufferedReader(_Kept(file), 1 << 16)
        self._text = io.TextIOWrapper(kept, encoding=encoding, newline="", errors="strict")
        self._number = 0
        self._size = 0

    def begin_row(self):
        self._size = 0

    def __iter__(self):
        return self

    def __next__(self):
        line = self._text.readline(MAX_ROW)
        if not line:
            raise StopIteration
        self._number += 1
        self._size += len(line)
        if self._size >= MAX_ROW:
            raise too_long(self._number)
        return line


class _Kept(io.RawIOBase):
    """A file that is not closed with the wrapper around it."""

    def __init__(self, file):
        self._file = file

    def readable(self):
        return True

    def readinto(self, buffer):
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
