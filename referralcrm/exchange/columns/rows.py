"""Whole rows: every mapped cell read, what is missing named, names put together from their parts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from referralcrm.core.csvs import as_typed
from referralcrm.exchange.columns.cells import AN_ERROR, ERROR, NUL, TOO_LONG, Setting, Warned, maker
from referralcrm.exchange.columns.dates import order_of
from referralcrm.exchange.columns.fields import Content, Sheet

REMEMBERED = 20_000  # different cells of a column
EMPTY = {Content.WORDS: [], Content.FLAG: None, Content.DATE: None, Content.DAY: None, Content.MOMENT: None}
ONE_OF_A_KIND = frozenset({Content.TEXT, Content.KEY})  # not worth remembering
DATES = frozenset({Content.DATE, Content.DAY, Content.MOMENT})
TOO_WIDE = (
    "This row has {number} cells and the header {width}. "
    "Perhaps a value with a comma lacks its quotation marks, or a note stands beside the table."
)
TOTALS = frozenset("total totals sum subtotal summe gesamt gesamtsumme somme totaal suma".split())  # noqa: SIM905
AMOUNT = re.compile(r"[\d\s.,:%€$£+-]+")
A_TOTAL = "This looks like the row of totals below a list."
NO_LETTER = "There is no letter in this name. Perhaps this is another column."
TWO_PEOPLE = "Two people seem to stand here and would come in as one. Divide the row to have a page for each."
BETWEEN = re.compile(r"\s*[/;&+\n]\s*|\s+(?:and|und|et|y|en)\s+")
TITLED = re.compile(r"(?:dr|prof|mr|mrs|ms|herr|frau|mme)\b", re.IGNORECASE)
BEFORE = "This is before the day it happened ({day})."


@dataclass(slots=True)
class Finding:
    """Something to say about one cell. ``column`` is its index, or None for the row as a whole."""

    key: str
    column: int | None
    text: str


@dataclass(slots=True)
class Row:
    """What a row means. ``values`` has every field mapped, by key; a bad row has ``problems``.

    Values are shared between rows that say the same: copy a list before changing it.
    """

    values: dict[str, Any]
    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


def date_orders(
    sheet: Sheet, mapping: dict[str, int], rows: Iterable[list[str]], *, country: str
) -> dict[str, str]:
    """{field key: DAY_FIRST or MONTH_FIRST} for the mapped dates, decided from all ``rows`` at once.

    ``rows`` are cells as ``Table.rows`` gives them; they are gone through once.
    """
    columns = {key: at for key, at in mapping.items() if sheet[key].content in DATES}
    if not columns:
        return {}
    cells: dict[str, set] = {key: set() for key in columns}
    for row in rows:
        for key, at in columns.items():
            if len(cells[key]) < REMEMBERED:
                cells[key].add(row[at])
    return {key: order_of(found, country=country) for key, found in cells.items()}


class Reader:
    """Reads the rows of one table for one ``sheet``.

    ``mapping`` is {field key: column index}, ``country`` the practice's (ISO 3166), ``today`` its
    date, ``orders`` what ``date_orders`` found. A reader remembers cells: keep it no longer than the
    work takes, and never between practices.
    """

    def __init__(
        self,
        sheet: Sheet,
        mapping: dict[str, int],
        *,
        country: str,
        today: date,
        header: list[str],
        orders: dict[str, str] | None = None,
    ):
        self._sheet, self._width = sheet, len(header)
        self._required = [(group, sheet[group[0]].label) for group in sheet.required]
        self._columns = []
        for key, at in mapping.items():
            wanted = sheet[key]
            setting = Setting(country, today, (orders or {}).get(key, ""), header[at])
            memory = None if wanted.content in ONE_OF_A_KIND else {}
            self._columns.append(
                (key, at, maker(wanted, setting), memory, wanted.longest, EMPTY.get(wanted.content, ""))
            )

    def read(self, cells: list[str]) -> Row:
        """The meaning of one row, as ``Table.rows`` gave it."""
        values: dict[str, Any] = {}
        row = Row(values)
        for key, at, make, memory, longest, empty in self._columns:
            text = cells[at]
            if memory is not None and text in memory:
                values[key] = memory[text]
                continue
            try:
                value = _read(text, make, longest, empty)
            except ValueError as problem:
                values[key] = empty
                row.problems.append(Finding(key, at, str(problem)))
                continue
            if type(value) is Warned:
                row.warnings.append(Finding(key, at, value.warning))
                value = value.value
            elif memory is not None and len(memory) < REMEMBERED:
                memory[text] = value
            values[key] = value
        self._complete(row, cells)
        return row

    def _complete(self, row, cells):
        if len(cells) > self._width:
            text = TOO_WIDE.format(number=len(cells), width=self._width)
            row.problems.append(Finding("", None, text))
        if _is_a_total(cells):
            row.problems = [Finding("", None, A_TOTAL)]
            return
        if self._sheet.key in NAMES:
            NAMES[self._sheet.key](row.values)
        if self._sheet.key == "partners" and (doubt := _doubt_of(row.values.get("name", ""))):
            row.warnings.append(Finding("name", None, doubt))
        for group, label in self._required:
            if any(row.values.get(key) for key in group):
                continue
            if {finding.key for finding in row.problems}.isdisjoint(group):
                row.problems.append(Finding(group[0], None, f"“{label[:1].upper()}{label[1:]}” is missing."))
        _check_days(row)


def _is_a_total(cells):
    """Whether the first filled cell says "Total" and only amounts stand behind it."""
    first = next(filter(None, cells), "")
    if first.strip().rstrip(":").lower() not in TOTALS:
        return False
    others = [cell for cell in cells[cells.index(first) + 1 :] if cell.strip()]
    return bool(others) and all(map(AMOUNT.fullmatch, others))


def _doubt_of(name):
    """What makes one wonder about the name of a partner, or ""."""
    if AMOUNT.fullmatch(name):
        return NO_LETTER
    if not TITLED.match(name):
        return ""
    _, *others = BETWEEN.split(name)
    return TWO_PEOPLE if others and all(map(TITLED.match, others)) else ""


def _read(text, make, longest, empty):
    text = as_typed(text).strip() if text[:1] == "'" else text.strip()
    if not text:
        return empty
    if "\0" in text:
        raise ValueError(NUL)
    if len(text) > longest:
        raise ValueError(TOO_LONG.format(length=len(text), longest=longest))
    if text[0] == "#" and ERROR.fullmatch(text):
        raise ValueError(AN_ERROR.format(text=text))
    return make(text)


def _check_days(row):
    """Nobody was seen before the referral happened."""
    seen, happened = row.values.get("attended_on"), row.values.get("happened_on")
    if seen and happened and seen < happened:
        row.problems.append(Finding("attended_on", None, BEFORE.format(day=happened.isoformat())))


def _partner_name(values, *, of="", into="name"):
    """ "Dr", "Adaeze" and "Okafor" out of three columns make one name."""
    if values.get(into):
        return
    parts = (values.get(f"{of}{part}") for part in ("title", "given_name", "family_name"))
    if name := " ".join(part for part in parts if part):
        values[into] = name


def _referral_names(values):
    _partner_name(values, of="partner_", into="partner")
    if not values.get("patient_name"):
        family, given = values.get("patient_family_name", ""), values.get("patient_given_name", "")
        if family:
            values["patient_name"] = _patient_name(family, given)


def _patient_name(family, given):
    """ "Anna" and "van der Berg" are "van der Berg, Anna": which part is the family's stays clear."""
    return f"{family}, {given}".rstrip(", ") if " " in family else f"{given} {family}".strip()


NAMES = {"partners": _partner_name, "contacts": _partner_name, "referrals": _referral_names}
