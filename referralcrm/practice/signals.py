"""Facts about the practice, sent inside the transaction that made them true."""

from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Count, Window
from django.dispatch import Signal

practice_founded = Signal()  # practice: it exists, it is entered, and every app may add its defaults
person_deactivated = Signal()  # person, heir, by: hand over what the person owns
what_is_owned = Signal()  # person: each app answers with one Owned


@dataclass(frozen=True)
class Owned:
    """What one app says a person looks after; ``names`` are the first few."""

    what: str
    count: int
    names: list[str]

    NAMED: ClassVar[int] = 8

    @classmethod
    def of(cls, what, rows, *, name=str):
        """Told from a queryset, in one query; ``name`` says how one row is called."""
        first = list(rows.annotate(how_many=Window(Count("pk")))[: cls.NAMED])
        return cls(what, first[0].how_many if first else 0, [name(row) for row in first])


def owned_by(person) -> list[Owned]:
    """Everything a person looks after, as the apps above tell it."""
    answers = [answer for _, answer in what_is_owned.send(type(person), person=person)]
    return [owned for owned in answers if owned.count]
