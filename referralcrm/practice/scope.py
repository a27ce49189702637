"""Entering a practice: both walls at once, for one transaction."""

from contextlib import contextmanager

from django.db import connection, transaction
from django_scopes import get_scope, scope


@contextmanager
def enter(practice, *, durable=False):
    """Run the block in one transaction that sees only this practice's rows (a Practice).

    ``durable`` promises that it is committed as the block ends, and raises inside another transaction.
    """
    with transaction.atomic(durable=durable), scope(practice=practice):
        before = _set(practice.pk)
        yield practice
        if not (before == str(practice.pk) or _ends_here()):
            _set(before)


def current_practice():
    """The practice that has been entered. Raises LookupError outside of one."""
    try:
        return get_scope()["practice"]
    except KeyError as error:
        raise LookupError("No practice has been entered") from error


def current_practice_id():
    """The default of every domain row's ``practice``."""
    return current_practice().pk


def _ends_here() -> bool:
    """Whether leaving the block ends the transaction or rolls it back, and the setting with it."""
    return transaction.get_rollback() or not connection.savepoint_ids


def _set(practice_id):
    """Set the transaction's practice and return the one set before ("" for none)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('app.practice', true), set_config('app.practice', %s, true)",
            [str(practice_id or "")],
        )
        return cursor.fetchone()[0]
