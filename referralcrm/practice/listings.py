"""Lists that people look at and take away: which rows an address asks for, and what each column says.

A page and the file of it go by the same list. An app above offers its own with ``offer``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from referralcrm.practice.permissions import Permission
from referralcrm.practice.scope import current_practice

AT_ONCE = 5_000  # keys that are fetched together
NAMES = "patients’ names"


@dataclass(frozen=True)
class Column:
    """One column: ``sort`` is the order its heading asks for; ``is_fixed`` stands in every view.

    ``says`` is what a file writes of a row: a dotted path of attributes, or a function of the row.
    ``only_named``: it may tell who a patient is, and a file that names nobody leaves it out.
    """

    key: str
    label: str
    says: str | Callable[[Any], Any]
    sort: str = ""
    numeric: bool = False
    is_fixed: bool = False
    only_named: bool = False


@dataclass(frozen=True)
class Asked:
    """What somebody asks of a list: its query string, the location it shows (a key, None for all), who
    looks, and whether patients are to be named."""

    data: QueryDict
    here: UUID | None
    by: Any
    with_names: bool = False


class Rows:
    """The rows of a list in their order: counted, told by their keys, and read some at a time.

    ``read`` makes of a few of them what the columns speak of, in any order, with the same ``pk``.
    """

    def __init__(self, rows: QuerySet, read: Callable[[QuerySet], Iterable] = iter):
        self._rows, self._read = rows, read

    def count(self) -> int:
        return self._rows.order_by().count()

    def keys(self) -> Iterator[UUID]:
        rows = self._rows.prefetch_related(None).values_list("pk", flat=True)
        return rows.iterator(chunk_size=AT_ONCE)

    def read(self, keys: list[UUID]) -> list:
        """Those of the keys that are still there, in the order of the keys."""
        place = {key: at for at, key in enumerate(keys)}
        return sorted(self._read(self._rows.filter(pk__in=keys).order_by()), key=lambda row: place[row.pk])


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list: its page, who may open it, its rows, and its columns.

    ``rows`` gives the Rows of what was Asked. ``noun`` is what the audit log calls a row (a model name).
    ``named`` says what of patients a file tells only when it is asked for; "" where there is no patient.
    ``back`` is the address of the page for a query string, where it is more than that of ``url_name``.
    """

    slug: str
    title: str
    url_name: str
    noun: str
    columns: tuple[Column, ...]
    rows: Callable[..., Any]
    permission: Permission = Permission.VIEW
    named: str = ""
    back: Callable[[QueryDict], str] | None = None

    def asked_for(self, data: QueryDict) -> list[Column]:
        """The columns that an address shows."""
        return list(self.columns)

    def found(self, asked: Asked) -> Rows:
        return self.rows(asked)

    def address(self, data: QueryDict) -> str:
        """Where the page stands that shows these rows."""
        return self.back(data) if self.back else reverse(self.url_name, query=data or None)


LISTS: dict[str, Listing] = {}


def offer(listed):
    """Let a list be taken away, and have views where it has any."""
    LISTS[listed.slug] = listed
    return listed


def minute_of(name: str) -> Callable[[Any], str]:
    """What a file writes of the moment ``name`` of a row: 2026-03-08 09:30 on the practice's clock."""

    def says(row):
        moment = getattr(row, name)
        return f"{moment.astimezone(current_practice().zone):%Y-%m-%d %H:%M}" if moment else ""

    return says


def labelled(rows: Iterable, *, with_names: bool) -> list:
    """The rows, each that is about a patient with the ``patient_label`` a list calls the patient."""
    rows = list(rows)
    for row in rows:
        if hasattr(row, "patient"):
            row.patient_label = row.patient.label(with_name=with_names)
    return rows
