"""The cells of a sheet as the text a person sees in them.

Dates as 2026-03-08, whole numbers without ".0", numbers formatted with leading zeros with them, the
last value of a formula. A number that a spreadsheet no longer holds exactly stays as 1.23E+10, so
that whoever cleans it can say so.
"""

import re
from array import array
from datetime import date, datetime, time
from decimal import Decimal

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel

from referralcrm.exchange.tables.markup import Bomb, Handler
from referralcrm.exchange.tables.unreadable import MAX_COLUMNS, MAX_ROW, too_long, too_wide

EXACT = 15  # digits of a number that a spreadsheet holds exactly
LOST = 3  # zeros at the end of 1.23E+10 from which on digits have been lost
STRINGS = 5_000_000
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
LAST_ROW = 1_048_576  # that a spreadsheet can have
LETTERS = re.compile(r"[A-Z]{1,4}")


def unescaped(text: str) -> str:
    """A sign that XML does not allow stands as _x0001_ (ECMA-376, part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    signs = ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
    return signs.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of one sign


class SharedStrings(Handler):
    """The strings that cells refer to by number, in one piece of memory."""

    def __init__(self):
        self._bytes = bytearray()
        self._ends = array("Q")
        self._is_text = self._is_reading = False

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError(number)
        begin = self._ends[number - 1] if number else 0
        return unescaped(self._bytes[begin : self._ends[number]].decode("utf-8", "surrogatepass"))

    def start(self, name, attributes):
        if name == "rPh":
            self._is_reading = True  # how Japanese is pronounced, beside the text itself
        self._is_text = name == "t" and not self._is_reading

    def text(self, data):
        if self._is_text:
            self._bytes += data.encode()

    def end(self, name):
        self._is_text = False
        if name == "rPh":
            self._is_reading = False
        elif name == "si":
            self._ends.append(len(self._bytes))
            if len(self._ends) > STRINGS:
                raise Bomb("too many strings")


class Formats:
    """How the numbers of a sheet are shown, by the number of their style."""

    def __init__(self, codes: list[str], epoch):
        self._epoch = epoch
        styles = list(enumerate(codes))
        self._dates = {
            style for style, code in styles if is_date_format(code) and not is_timedelta_format(code)
        }
        self._zeros = {style: len(code) for style, code in styles if re.fullmatch("0{2,15}", code)}

    def shown(self, raw: str, style: int) -> str:
        """The text of a number."""
        if style in self._dates:
            return self._date(raw)
        text = raw if raw.isdecimal() and len(raw) <= EXACT else plain_number(raw)
        return text.zfill(self._zeros[style]) if style in self._zeros else text

    def _date(self, raw):
        try:
            value = from_excel(float(raw), self._epoch)
        except (ValueError, OverflowError):
            return plain_number(raw)
        return moment(value)


def plain_number(raw: str) -> str:
    """ "42.0" as "42", 4.47700900123E+11 as its digits, 1.23E+10 as it is: its digits are lost."""
    try:
        return _written(Decimal(raw), raw)
    except ArithmeticError:  # no number, or one beyond all that can be reckoned with
        return raw


def _written(number, raw):
    if not number.is_finite():
        return raw
    if number != number.to_integral_value():
        return repr(float(number))
    trimmed = number.normalize().as_tuple()
    is_rounded = "E" in raw.upper() and trimmed.exponent > LOST
    if is_rounded or len(trimmed.digits) + max(trimmed.exponent, 0) > EXACT:
        return f"{number.normalize():E}"
    return str(int(number))


def moment(value) -> str:
    """A date as 2026-03-08, with its time only where it has one."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


class Sheet(Handler):
    """Collects rows; ``take`` hands over those that are complete."""

    def __init__(self, strings: SharedStrings, formats: Formats):
        self._strings, self._formats = strings, formats
        self._done: list[tuple[int, list[str]]] = []
        self._row, self._cells, self._size = 0, [], 0
        self._column, self._kind, self._style = -1, "n", 0
        self._pieces: list[str] = []
        self._is_text = self._is_reading = False

    def take(self):
        """The rows completed since it was last asked, as (number, cells)."""
        done, self._done = self._done, []
        return done

    def start(self, name, attributes):
        if name == "c":
            self._kind = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
            place = attributes.get("r")
            self._column = _column(place) if place else self._column + 1
            self._pieces = []
        elif name == "row":
            self._row = max(int(attributes.get("r", 0)), self._row + 1)
            if self._row > LAST_ROW:
                raise ValueError(self._row)
            self._cells, self._column, self._size = [], -1, 0
        elif name == "rPh":
            self._is_reading = True
        self._is_text = (name == "v" or name == "t") and not self._is_reading

    def text(self, data):
        if self._is_text:
            self._pieces.append(data)
            self._size += len(data)
            if self._size > MAX_ROW:
                raise too_long(self._row)

    def end(self, name):
        self._is_text = False
        if name == "c":
            if self._pieces:
                self._put(self._shown("".join(self._pieces)))
        elif name == "row":
            self._done.append((self._row, self._cells))
        elif name == "rPh":
            self._is_reading = False

    def _put(self, text):
        if not text:
            return
        if self._column >= MAX_COLUMNS:
            raise too_wide(self._row)
        missing = self._column - len(self._cells)
        if missing >= 0:
            self._cells.extend([""] * missing)
            self._cells.append(text)
        else:
            self._cells[self._column] = text

    def _shown(self, raw):
        match self._kind:
            case "s":
                return self._strings[int(raw)]
            case "n":
                return self._formats.shown(raw, self._style)
            case "b":
                return "TRUE" if raw == "1" else "FALSE"
            case "d":
                return raw.removesuffix("Z").removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
        return unescaped(raw)


def _column(place):
    """ "C7" is 2."""
    letters = LETTERS.match(place)
    if not letters:
        raise ValueError(place)
    number = 0
    for letter in letters.group():
        number = number * 26 + ord(letter) - 64
    return number - 1
