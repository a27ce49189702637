"""Many rows at once: COPY into a staging table, then INSERT … SELECT as the application role.

COPY does not work under row-level security, so the staging table has none. What keeps practices apart
there is that no staged row is ever committed: it is copied, used and deleted inside one transaction, and
nobody else's transaction can see it. The table is unlogged, so it is in no backup, and patients' text is
sealed before it is staged. The INSERT writes through both walls like every other.
"""

import csv
import io
from contextlib import contextmanager

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.transaction import TransactionManagementError

from referralcrm.core.keys import new_id

WIDTH = 48  # cells of a staged row


class Staged:
    """Rows in the staging table, whose cells have ``names``. In SQL they are ``s``."""

    def __init__(self, batch: str, names: list[str]):
        self.batch, self.names = batch, names

    def cell(self, name: str, kind="text") -> str:
        """SQL for one cell; NULL where no row has such a one."""
        return f"s.c{self.names.index(name) + 1}::{kind}" if name in self.names else f"NULL::{kind}"

    def asked(self, what: str) -> str:
        """A query for ``what`` (SQL) of these rows; its one value is the ``batch``."""
        return f"SELECT {what} FROM staging.line s WHERE s.batch = %s"  # noqa: S608  (names of cells)

    def select(self, what: str, rest="", *values) -> list[tuple]:
        """Ask for ``what`` (SQL); ``rest`` goes on after the WHERE that finds these rows."""
        with connection.cursor() as cursor:
            cursor.execute(f"{self.asked(what)} {rest}", [self.batch, *values])
            return cursor.fetchall()

    def leave_out(self, name: str, cells: list[str]) -> None:
        """Delete the rows that have one of these in a cell."""
        with connection.cursor() as cursor:
            chosen = f"s.batch = %s AND {self.cell(name)} = ANY(%s)"
            cursor.execute(f"DELETE FROM staging.line s WHERE {chosen}", [self.batch, cells])  # noqa: S608  (ours)

    def insert(self, model, fields: list[str], *, picked=None, joined="", **same) -> None:
        """Insert a row of ``model`` for each: its ``fields`` are cells of that name.

        ``picked`` are {field: SQL, or (SQL, values)}, where ``joined`` tables may be named; ``same`` are
        equal in every row. What is named nowhere is what a new row of the model begins with, in the
        practice entered. A row that breaks a constraint raises IntegrityError and nothing is kept.
        """
        chosen = {name: (self._typed(model._meta.get_field(name)), []) for name in fields}
        for name, value in (_beginnings(model, {*fields, *(picked or ())}) | same).items():
            chosen[name] = "%s", [model._meta.get_field(name).get_db_prep_save(value, connection)]
        for name, sql in (picked or {}).items():
            chosen[name] = (sql, []) if isinstance(sql, str) else sql
        columns = ", ".join(connection.ops.quote_name(model._meta.get_field(name).column) for name in chosen)
        with connection.cursor() as cursor, _many_rows(cursor):
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({columns}) "  # noqa: S608  (names of our own models)
                f"SELECT {', '.join(sql for sql, _ in chosen.values())} "
                f"FROM staging.line s {joined} WHERE s.batch = %s",
                [*(value for _, values in chosen.values() for value in values), self.batch],
            )

    def _typed(self, column):
        kind, beginning = column.db_type(connection), _beginning(column)
        cell = self.cell(column.name)
        return f"{cell}::{kind}" if beginning is None else f"coalesce({cell}, '{beginning}')::{kind}"


@contextmanager
def _many_rows(cursor):
    """The planner knows nothing of the staged rows, and would go through a joined table for each of them."""
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop = on")


@contextmanager
def staged(batch: str, names: list[str], text: str):
    """The rows that ``packed`` made are staged while the block runs, as ``Staged``."""
    copy_in(text, len(names))
    yield Staged(batch, names)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM staging.line WHERE batch = %s", [batch])


def insert_many(model, fields: list[str], rows, **same) -> None:
    """Insert ``rows`` (tuples in the order of ``fields``) of ``model``, as ``Staged.insert`` does.

    None stands for an empty cell, bytes are given by ``as_bytes`` and lists by ``as_array``. The caller
    has checked the values.
    """
    batch = str(new_id())
    with staged(batch, fields, packed(batch, rows)) as lines:
        lines.insert(model, fields, **same)


def packed(batch: str, rows) -> str:
    """Rows (tuples of cells) as text that can be kept, and staged later under the key ``batch``."""
    text = io.StringIO()
    csv.writer(text).writerows((batch, *row) for row in rows)
    return text.getvalue()


def copy_in(text: str, width: int) -> None:
    """COPY packed rows into the staging table; whoever does deletes them in the same transaction."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Staged rows must never be committed")
    cells = "".join(f", c{number}" for number in range(1, width + 1))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY staging.line (batch{cells}) FROM STDIN (FORMAT csv)", io.StringIO(text))


def as_bytes(value: bytes) -> str | None:
    """A sealed value as a staged cell."""
    return f"\\x{value.hex()}" if value else None


def as_array(words) -> str | None:
    """A list of texts as a staged cell."""
    if not words:
        return None
    quoted = ",".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return "{" + quoted + "}"


def _beginnings(model, named):
    """The defaults of the columns not in ``named``; those that are NULL or the database's need no naming."""
    return {
        column.name: column.get_default()
        for column in model._meta.concrete_fields
        if column.name not in named and not (column.null or _is_the_databases(column))
    }


def _is_the_databases(column) -> bool:
    return column.has_db_default() and not column.has_default()


def _beginning(column) -> str | None:
    """What an empty cell of a column means, as text in SQL; None for NULL."""
    if isinstance(column.default, str | bool | int):
        return str(column.default).replace("'", "''").replace("%", "%%")
    if column.null:
        return None
    if isinstance(column, ArrayField):
        return "{}"
    return "" if isinstance(column, models.CharField | models.TextField | models.BinaryField) else None
