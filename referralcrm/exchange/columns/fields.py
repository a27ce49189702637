"""What a column of a sheet is.

A field's ``label`` is the header our own exports write, so that an export is recognised whole.
``synonyms`` are what other people's spreadsheets, practice software and paid tools call it; they are
compared without case, accents and punctuation.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Content(StrEnum):
    """What a cell of a field holds, and the Python type that cleaning gives."""

    TEXT = "text"  # str
    RECORD = "record number"  # str, whose every digit matters
    PHONE = "phone"  # str, with its country code
    EMAIL = "e-mail"  # str
    DATE = "date"  # datetime.date or None; never in the future
    DAY = "day"  # datetime.date or None; may be in the future
    MOMENT = "moment"  # datetime.datetime with zone, or None
    FLAG = "yes or no"  # bool or None
    CHOICE = "choice"  # the stored value, or ""
    WORDS = "words"  # list[str]
    KEY = "key"  # str of a UUID, or ""
    NUMBER = "provider number"  # str


@dataclass(frozen=True)
class Field:
    """One column. ``longest`` is in characters; ``choices`` is a TextChoices for CHOICE."""

    key: str
    label: str
    content: Content = Content.TEXT
    synonyms: str = ""  # with commas between them
    example: str = ""
    longest: int = 4000
    choices: type | None = None
    has_lines: bool = False  # line breaks stay; elsewhere they become blanks
    is_patients: bool = False  # belongs to a patient: sealed wherever it is kept


@dataclass(frozen=True)
class Sheet:
    """One kind of sheet. A row needs at least one field out of each group in ``required``."""

    key: str
    label: str
    fields: tuple[Field, ...]
    required: tuple[tuple[str, ...], ...]

    def __getitem__(self, key: str) -> Field:
        """The field with this key. Raises KeyError."""
        return self._by_key[key]

    def missing(self, mapping) -> list[str]:
        """The labels of the groups of which no field is mapped."""
        return [self[group[0]].label for group in self.required if not set(group) & set(mapping)]

    @cached_property
    def _by_key(self):
        return {field.key: field for field in self.fields}
