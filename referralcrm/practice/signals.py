"""Facts about the practice, sent inside the transaction that made them true."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, F, TextField, Value, Window
from django.db.models.functions import Cast
from django.dispatch import Signal

practice_founded = Signal()  # practice: it exists, it is entered, and every app may add its defaults
person_deactivated = Signal()  # person, heir, by: hand over what the person owns
what_is_owned = Signal()  # person: each app answers with rows told by ``owned``

NAMED = 8  # rows of a kind that are named


@dataclass(frozen=True)
class Owned:
    """What one app says a person looks after; ``names`` are the first few."""

    what: str
    count: int
    names: list[str]


def owned(what, rows, *, name):
    """How many ``rows`` there are and what the first are called; ``name`` is a field or an expression.

    A part of one query: nothing is asked until ``owned_by`` puts the answers of all apps together.
    """
    called = Cast(F(name) if isinstance(name, str) else name, TextField())
    told = rows.annotate(told_as=Value(what), told_of=Window(Count("pk")), called=called)
    return told.values_list("told_as", "told_of", "called")[:NAMED]


def owned_by(person) -> list[Owned]:
    """Everything a person looks after, as the apps above tell it, by one query."""
    first, *others = [rows for _, rows in what_is_owned.send(type(person), person=person)]
    told = first.union(*others, all=True)
    kinds = groupby(told, key=lambda row: row[:2])
    return [Owned(what, count, [name for *_, name in rows]) for (what, count), rows in kinds]
