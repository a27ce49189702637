"""Whose sealed values have been opened since a block began: patients', and those of other rows."""

from collections import defaultdict
from contextlib import contextmanager
from contextvars import ContextVar


class Seen(set):
    """The ids of the patients; ``others`` are ids by the kind of row (a model name)."""

    def __init__(self):
        super().__init__()
        self.others = defaultdict(set)


_seen: ContextVar[Seen | None] = ContextVar("patients_read", default=None)


@contextmanager
def reading():
    """Collect the ids of the patients whose data is opened inside the block (a set)."""
    token = _seen.set(Seen())
    try:
        yield _seen.get()
    finally:
        _seen.reset(token)


def note_read(key, kind="patient") -> None:
    """Called by whatever opens a sealed value: of a patient, or of another kind of row with its own key."""
    if (seen := _seen.get()) is not None:
        (seen if kind == "patient" else seen.others[kind]).add(key)
