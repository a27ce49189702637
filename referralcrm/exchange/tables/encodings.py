"""Which letters the bytes of a file stand for: the right ones, or none.

UTF-8, UTF-16 and UTF-32 prove themselves; cp1252 (what Excel writes as "CSV" in western Europe and
America) has to be plausible, word by word. Everything else is refused with a way out.
"""

import codecs
import re
import unicodedata

from referralcrm.exchange.tables.unreadable import MAX_ROW, Unreadable, too_long
from referralcrm.exchange.tables.western import are_western

CHUNK = 1 << 18
TRIED = 1 << 16  # bytes that decide between the byte orders of UTF-16
MARKS = (  # the long ones first: that of UTF-16 begins that of UTF-32
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
CONTROLS = bytes(sign for sign in range(32) if sign not in b"\t\n\r")
# ISO 2022, HZ and UTF-7 hide letters in plain ASCII. No pattern looks ahead without bounds: anybody uploads.
SHIFTS = b"\x0e\x0f\x1b"
HZ = re.compile(rb"~\{.{0,200}?~\}")
UTF7 = re.compile(rb"\+([A-Za-z0-9/]{3,}+)(?![A-Za-z0-9/+.]{0,100}@)")
ONE_WORD = 12  # bytes
WIDEST = 4  # bytes of a letter
STRANGER = 100  # one control sign in so many bytes is no text

UNSURE = (
    "The letters of this file cannot be told with certainty, and wrong ones would spoil names. Open it in "
    "the program it comes from and save it as “CSV UTF-8”, or as an Excel workbook (.xlsx)."
)
NO_TEXT = "This is not a table of text. Choose a CSV, TSV or Excel (.xlsx) file."


def find_encoding(file) -> str:
    """The encoding of a seekable binary file, by Python's name. Raises Unreadable."""
    _refuse_endless_line(file)
    file.seek(0)
    head = file.read(TRIED)
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return encoding if _decodes(file, encoding) else _refuse(UNSURE)
    if b"\0" in head and (encoding := _unmarked(head)):
        return encoding if _decodes(file, encoding) else _refuse(UNSURE)
    return _by_bytes(file)


def _by_bytes(file):
    """UTF-8 or cp1252, for a file without a mark and without wide letters."""
    controls, size = _counted(file)
    if controls * STRANGER > size:
        raise Unreadable(NO_TEXT)
    if size > ONE_WORD and not _has_any(file, b" \t\r\n,;|"):
        return _refuse(UNSURE)  # EBCDIC, whose letters may all be ASCII's and whose blanks are not
    if _decodes(file, "utf-8") and not _hides_letters(file):
        return "utf-8"
    if not _hides_letters(file) and _decodes(file, "cp1252") and are_western(_texts(file, "cp1252")):
        return "cp1252"
    return _refuse(UNSURE)


def _refuse(text):
    raise Unreadable(text)


def _chunks(file):
    file.seek(0)
    return iter(lambda: file.read(CHUNK), b"")


def _refuse_endless_line(file):
    """Before anything is decoded: a line of so many bytes is no row in any encoding."""
    since, number = 0, 1
    for chunk in _chunks(file):
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        since = since + len(chunk) if end < 0 else len(chunk) - end
        if since > MAX_ROW * WIDEST:
            raise too_long(number)
        number += chunk.count(b"\n")


def _counted(file):
    controls = size = 0
    for chunk in _chunks(file):
        size += len(chunk)
        controls += len(chunk) - len(chunk.translate(None, CONTROLS))
    return controls, size


def _has_any(file, signs):
    return any(len(chunk.translate(None, signs)) < len(chunk) for chunk in _chunks(file))


def _texts(file, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    for chunk in _chunks(file):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _decodes(file, encoding):
    try:
        for _ in _texts(file, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _hides_letters(file):
    """Whether plain ASCII stands for other letters: ISO 2022, HZ or UTF-7."""
    if _has_any(file, SHIFTS):
        return True
    for chunk in _chunks(file):
        if HZ.search(chunk) or any(_is_utf7(match.group(1)) for match in UTF7.finditer(chunk)):
            return True
    return False


def _is_utf7(code):
    """Whether what stands after a plus is letters in UTF-7, like the "+APw" of M+APw-ller."""
    if code.isdigit():
        return False
    try:
        text = (b"+" + code + b"-").decode("utf-7")
    except UnicodeDecodeError:
        return False
    return text.isalpha() and (text < "\u0700" or len(text) > 1)


def _unmarked(head):
    """The one wide encoding in which these bytes are text, or None."""
    fitting = [encoding for encoding in UNMARKED if _is_text(head, encoding)]
    return fitting[0] if len(fitting) == 1 else None


def _is_text(head, encoding):
    """Whether ``head`` holds letters that exist, and no sign that only the wrong byte order makes."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    strange = sum(unicodedata.category(sign) in {"Cn", "Co", "Cs", "Cc"} for sign in text)
    strange -= sum(map(text.count, "\t\n\r"))
    return "\0" not in text and strange == 0 and any(map(text.count, "\n\r,;\t|"))
