"""One line of a sheet on its way in."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Remark(NamedTuple):
    """Something about a cell, or about the whole line (``column`` None), in words."""

    column: int | None
    reason: str


@dataclass(slots=True)
class Row:
    """``values`` are clean. ``bad`` says why it stays out. ``match`` is the key of a row that is the same
    (``is_sure``) or may be; ``repeats`` the earlier line of the file that says the same."""

    line: int
    cells: list[str]
    values: dict = field(default_factory=dict)
    bad: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    match: str | None = None
    is_sure: bool = False
    repeats: int | None = None
