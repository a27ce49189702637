"""Changing several rows at once: what would change and what is left out, before anybody says yes."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from referralcrm.practice.models import Batch

UNDO_DAYS = 30
NAMED = 5  # as many rows as a sentence names


@dataclass
class Plan:
    """Rows with the values each would get, and those left out, by the reason."""

    changes: list[tuple] = field(default_factory=list)
    left_out: dict[str, list] = field(default_factory=dict)

    def change(self, row, values: dict):
        self.changes.append((row, values))

    def leave(self, row, why: str):
        self.left_out.setdefault(why, []).append(row)

    @property
    def seen(self) -> str:
        """A fingerprint of exactly this plan: the rows as they stand, and what each would get."""
        lines = [f"{row.pk} {row.version} {sorted(values.items())}" for row, values in self.changes]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

    @property
    def fields(self) -> list[str]:
        """Every field that changes in some row."""
        return sorted({name for _, values in self.changes for name in values})


@dataclass
class Undone:
    """How many rows are as they were, and those that stay, by the reason."""

    number: int = 0
    left: dict[str, list[str]] = field(default_factory=dict)

    def leave(self, name: str, why: str):
        self.left.setdefault(why, []).append(name)

    @property
    def sentence(self) -> str:
        """What a toast says."""
        start = "1 is as before." if self.number == 1 else f"{self.number} are as before."
        return " ".join([start, *(f"{some_of(names)}: {why}." for why, names in self.left.items())])


def some_of(names: list[str]) -> str:
    """A few of many names: "Ann, Ben and 7 more"."""
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def keys_in(texts) -> list[UUID]:
    """The keys among these texts; what is none is left out."""
    keys = []
    for text in texts:
        try:
            keys.append(UUID(text))
        except ValueError:
            continue
    return keys


def recent(slug):
    """The changes of several rows of a list that can still be taken back, newest first."""
    since = timezone.now() - timedelta(days=UNDO_DAYS)
    return Batch.objects.filter(slug=slug, at__gte=since, undone_at=None).defer("rows").select_related("by")
