"""Which patients' sealed values have been opened since a block began."""

from contextlib import contextmanager
from contextvars import ContextVar

_seen: ContextVar[set | None] = ContextVar("patients_read", default=None)


@contextmanager
def reading():
    """Collect the ids of the patients whose data is opened inside the block (a set)."""
    token = _seen.set(set())
    try:
        yield _seen.get()
    finally:
        _seen.reset(token)


def note_read(patient_id) -> None:
    """Called by whatever opens a sealed value."""
    if (seen := _seen.get()) is not None:
        seen.add(patient_id)
