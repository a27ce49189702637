"""Which column is which: by the header's words first, then by what stands below."""

import re
import unicodedata
from functools import lru_cache

from referralcrm.exchange.columns.fields import Content, Field, Sheet
from referralcrm.exchange.columns.sheets import SHEETS

EXACT, WITHIN, LOOKS = 100, 40, 10
MOSTLY = 0.6  # of the filled cells of a sample
SHOWN = 300  # letters of a cell that say what it is; an address is never longer
LONGEST_TITLE = 100
EMAIL = re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*")
PHONE = re.compile(  # not a bare number, which may count anything, and not 31.12.2025
    r"\s*(?=(?:\D*\d){7,15}\D*$)(?=[+(0]|\d+[\s()./-])(?!\d{1,2}([./-])\d{1,2}\1\d{2,4}\b)(?!\d{4}-\d\d?-\d)"
    r"[+(]?[\d\s()./-]+(?:x\s*\d+)?\s*"
)
DATE = re.compile(
    r"\s*(?:\d{4}-\d\d?-\d\d?|\d\d?[./-]\d\d?[./-]\d{2,4}|\d\d?[ -][A-Za-z]{3,9}[ -,]+\d{2,4})\b.*"
)
NPI = re.compile(r"\s*[12]\d{9}\s*")
LETTERS = re.compile(r"[^\W\d]{2}")
LOOKS_LIKE = {
    Content.EMAIL: EMAIL,
    Content.NUMBER: NPI,
    Content.DATE: DATE,
    Content.PHONE: PHONE,
}


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """ "E-mail  Address (work)" as "e mail address work"; without accents and case."""
    bare = unicodedata.normalize("NFKD", text.casefold()).replace("#", " no ").replace("’", "")
    return " ".join(
        re.sub(r"[^\w]+|_", " ", "".join(sign for sign in bare if not unicodedata.combining(sign))).split()
    )


def names_of(field: Field) -> list[str]:
    """What a header may call this field, as ``plain`` text, our own label first."""
    given = (field.label, field.key.replace("_", " "), *field.synonyms.split(","))
    return [name for name in map(plain, given) if name]


def is_known_header(text: str) -> bool:
    """Whether some field of some sheet is called so."""
    return len(text) <= LONGEST_TITLE and plain(text) in _known()


@lru_cache(maxsize=1)
def _known():
    return frozenset(name for sheet in SHEETS.values() for field in sheet.fields for name in names_of(field))


def guess(sheet: Sheet, header: list[str], sample: list[list[str]]) -> dict[str, int]:
    """{field key: column index} for the fields that can be told; each column and field once.

    ``header`` are the names as read, ``sample`` some rows below it. The words of the header decide;
    what is left over goes by what e-mail addresses, dates, phone and provider numbers look like.
    """
    fits = []
    for place, field in enumerate(sheet.fields):
        names = names_of(field)
        for column, title in enumerate(map(plain, header)):
            if score := _by_words(names, title):
                fits.append((-score, place, column, field.key))
    found = _settled(sorted(fits))
    return _by_content(sheet, header, sample, found)


def _by_words(names, title):
    """How well a title fits a field; our own label before a synonym, a longer part before a shorter."""
    if title in names:
        return EXACT * 2 - min(names.index(title), EXACT - 1)
    padded = f" {title} "
    return max((WITHIN + len(name) for name in names if len(name) > 3 and f" {name} " in padded), default=0)


def _settled(fits):
    found: dict[str, int] = {}
    for _, _, column, key in fits:
        if key not in found and column not in found.values():
            found[key] = column
    return found


def _by_content(sheet, header, sample, found):
    for content, shape in LOOKS_LIKE.items():
        for field in (field for field in sheet.fields if field.content == content and field.key not in found):
            column = next((at for at in _free(header, found) if _mostly(shape, sample, at)), None)
            if column is not None and _may_stand_for(content, header[column]):
                found[field.key] = column
    return _with_a_name(sheet, header, sample, found)


def _may_stand_for(content, title):
    """A column with a name of its own that we do not know is not taken for a date or a number."""
    return content in {Content.EMAIL, Content.PHONE} or title.startswith("Column ")


def _with_a_name(sheet, header, sample, found):
    """Without any name, the first nameless column of words is the name."""
    wanted = sheet.required[0][0]
    if found.keys() & set(sheet.required[0]) or sheet[wanted].content != Content.TEXT:
        return found
    for column in _free(header, found):
        if header[column].startswith("Column ") and _mostly(LETTERS, sample, column, whole=False):
            return found | {wanted: column}
    return found


def _free(header, found):
    return [column for column in range(len(header)) if column not in found.values()]


def _mostly(shape, sample, column, *, whole=True):
    cells = [row[column].strip()[:SHOWN] for row in sample if len(row) > column and row[column].strip()]
    matches = shape.fullmatch if whole else shape.search
    return bool(cells) and sum(bool(matches(cell)) for cell in cells) >= MOSTLY * len(cells)
