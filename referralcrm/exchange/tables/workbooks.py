"""XLSX: an archive of XML parts (ECMA-376, parts 1 and 2), read as a stream.

openpyxl gives its knowledge of dates, formats and escaped signs, but does not read the file: it keeps
every shared string and row as objects, and builds a row whole before anybody could refuse it.
"""

import posixpath
import zipfile
import zlib
from contextlib import contextmanager
from itertools import chain, islice

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from referralcrm.exchange.tables.markup import Bomb, elements, feed
from referralcrm.exchange.tables.sheets import Formats, SharedStrings, Sheet
from referralcrm.exchange.tables.unreadable import SAVE_AS, Unreadable

PARTS = 5_000
DIRECTORY = 2_000_000  # bytes of the archive's list of contents
SMALL = 16_000_000  # bytes unpacked, of a part that is kept in memory
UNPACKED = 1_000_000_000
PACKED_TOO_WELL = 250  # real sheets pack by 10 to 60
WORTH_ASKING = 4_000_000  # bytes below which no ratio does harm
IN_VAIN = 8  # pieces (of 64 KB) of a sheet in which the first filled cell has to be
SHEETS = 3  # of them without one are gone through
LOOK = 64  # pieces that are looked at while somebody waits

BROKEN = f"The workbook is damaged. {SAVE_AS}"
BOMB = "This workbook unpacks to far more than a list of people needs. Copy its rows into a new one."
NO_WORKBOOK = f"This is an archive or another kind of document, not an Excel workbook (.xlsx). {SAVE_AS}"
PASSWORD = "The workbook is protected by a password. Take it off, and save the workbook again."  # noqa: S105
NO_SHEET = "There is no such sheet in the workbook. Choose one of those that are listed."
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KNOWN_PACKING = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@contextmanager
def damage_named():
    """Whatever a broken archive makes the libraries say, in words for a person."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, OSError) as error:
        raise Unreadable(BROKEN) from error
    except Bomb as error:
        raise Unreadable(BROKEN if str(error) == "no XML" else BOMB) from error
    except (NotImplementedError, RuntimeError) as error:
        raise Unreadable(NO_WORKBOOK) from error


class Workbook:
    """The rows of one sheet: the one asked for, or the first in sight that holds anything."""

    encoding = ""
    delimiter = ""

    def __init__(self, file, *, sheet: int | None = None):
        with damage_named():
            self._archive = _opened(file)
            self._read_contents()
        self.sheets = list(self._paths)
        if sheet is not None and sheet not in range(len(self.sheets)):
            raise Unreadable(NO_SHEET)
        self.sheet = self._first_filled() if sheet is None else self.sheets[sheet]

    def rows(self):
        """(row number, cells as text) of the sheet. Raises Unreadable."""
        return chain.from_iterable(self._pieces(self.sheet))

    def look(self):
        """The first of these rows."""
        return chain.from_iterable(islice(self._pieces(self.sheet), LOOK))

    def _pieces(self, sheet):
        """The rows that each piece of the part completes."""
        with damage_named(), self._archive.open(self._paths[sheet]) as stream:
            reader = Sheet(self._strings, self._formats)
            for _ in feed(stream, reader):
                yield reader.take()

    def _first_filled(self):
        """Only so far: thousands of sheets may point to one part, and it may be empty without end."""
        left = SHEETS * IN_VAIN
        for sheet in self.sheets:
            for rows in islice(self._pieces(sheet), min(left, IN_VAIN)):
                if any(any(map(str.strip, cells)) for _, cells in rows):
                    return sheet
                left -= 1
        return self.sheets[0]

    def _read_contents(self):
        """Where the sheets are, and what their cells refer to."""
        book = next(iter(self._related("", "officeDocument").values()), "xl/workbook.xml")
        if book not in self._archive.NameToInfo or book.endswith(".bin"):
            raise Unreadable(NO_WORKBOOK)
        found = self._elements(book)
        targets = self._related(book, "worksheet")
        sheets = [attributes for name, attributes in found if name == "sheets/sheet"]
        in_sight = [sheet for sheet in sheets if sheet.get("state", "visible") == "visible"] or sheets
        self._paths = {
            sheet["name"]: targets[key] for sheet in in_sight if (key := _relation_of(sheet)) in targets
        }
        if not self._paths:
            raise Unreadable(NO_WORKBOOK)
        epochs = [attributes.get("date1904") for name, attributes in found if name.endswith("/workbookPr")]
        epoch = CALENDAR_MAC_1904 if epochs[:1] in (["1"], ["true"]) else CALENDAR_WINDOWS_1900
        self._formats = self._read_formats(book, epoch)
        self._strings = self._read_strings(book)

    def _elements(self, path):
        if self._archive.getinfo(path).file_size > SMALL:
            raise Bomb(path)
        with self._archive.open(path) as stream:
            return elements(stream)

    def _related(self, path, kind):
        """The parts of one kind that the part at ``path`` points to, by their key."""
        folder, name = posixpath.split(path)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self._archive.NameToInfo:
            return {}
        return {
            attributes["Id"]: posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip(
                "/"
            )
            for element, attributes in self._elements(relations)
            if element.endswith("/Relationship") and attributes["Type"].rpartition("/")[2] == kind
        }

    def _read_formats(self, book, epoch):
        codes, used = dict(BUILTIN_FORMATS), []
        for path in self._related(book, "styles").values():
            for name, attributes in self._elements(path):
                if name == "numFmts/numFmt":
                    codes[int(attributes["numFmtId"])] = attributes["formatCode"]
                elif name == "cellXfs/xf":
                    used.append(int(attributes.get("numFmtId", 0)))
        return Formats([codes.get(number, "General") for number in used], epoch)

    def _read_strings(self, book):
        strings = SharedStrings()
        for path in self._related(book, "sharedStrings").values():
            with self._archive.open(path) as stream:
                for _ in feed(stream, strings):
                    pass
        return strings


def _relation_of(sheet):
    return next((value for name, value in sheet.items() if name.rpartition(" ")[2] == "id"), None)


def _opened(file):
    """The archive, when nothing in its list of contents promises harm. Raises Unreadable."""
    guarded = _Guarded(file)
    archive = zipfile.ZipFile(guarded)
    guarded.limit = None
    parts = archive.infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise Bomb("too much")
    for part in parts:
        if part.flag_bits & 1:
            raise Unreadable(PASSWORD)
        if part.compress_type not in KNOWN_PACKING:
            raise Unreadable(NO_WORKBOOK)
        if part.file_size > max(WORTH_ASKING, part.compress_size * PACKED_TOO_WELL):
            raise Bomb("packed too well")
    return archive


class _Guarded:
    """A file of which no list of contents larger than DIRECTORY is read."""

    def __init__(self, file):
        self._file = file
        self.limit = DIRECTORY

    def read(self, size=-1):
        if self.limit and size > self.limit:
            raise Bomb("too many parts")
        return self._file.read(size)

    def seek(self, *args):
        return self._file.seek(*args)

    def tell(self):
        return self._file.tell()

    def seekable(self):
        return True
