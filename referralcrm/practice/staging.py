"""Many rows at once: COPY into a staging table, then INSERT … SELECT as the application role.

COPY does not work under row-level security, so the staging table has none. What keeps practices apart
there is that no staged row is ever committed: it is copied, used and deleted inside one transaction, and
nobody else's transaction can see it. The table is unlogged, so it is in no backup, and patients' text is
sealed before it is staged. The INSERT writes through both walls like every other.
"""

import csv
import io

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.transaction import TransactionManagementError

from referralcrm.core.keys import new_id

WIDTH = 48  # cells of a staged row


def insert_many(model, fields: list[str], rows, **same) -> None:
    """Insert ``rows`` (tuples in the order of ``fields``) of ``model``; ``same`` are equal in every row.

    What is named in neither is what a new row of the model begins with, in the practice entered.
    None stands for an empty cell, bytes are given by ``as_bytes`` and lists by ``as_array``. The caller
    has checked the values; a row that breaks a constraint raises IntegrityError and nothing is kept.
    """
    batch = str(new_id())
    stage(batch, rows)
    same = _beginnings(model, fields) | same
    columns = [model._meta.get_field(name) for name in (*fields, *same)]
    picked = [_expression(column, number) for number, column in enumerate(columns[: len(fields)], 1)]
    values = [column.get_db_prep_save(same[column.name], connection) for column in columns[len(fields) :]]
    names = ", ".join(connection.ops.quote_name(column.column) for column in columns)
    chosen = ", ".join([*picked, *["%s"] * len(values)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) "  # noqa: S608  (names of our own models)
            f"SELECT {chosen} FROM staging.line WHERE batch = %s",
            [*values, batch],
        )
        cursor.execute("DELETE FROM staging.line WHERE batch = %s", [batch])


def stage(batch: str, rows) -> None:
    """COPY ``rows`` into the staging table; whoever stages deletes them again in the same transaction."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Staged rows must never be committed")
    text, width = io.StringIO(), 0
    write = csv.writer(text).writerow
    for row in rows:
        write((batch, *row))
        width = len(row)
    text.seek(0)
    cells = "".join(f", c{number}" for number in range(1, width + 1))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY staging.line (batch{cells}) FROM STDIN (FORMAT csv)", text)


def as_bytes(value: bytes) -> str | None:
    """A sealed value as a staged cell."""
    return f"\\x{value.hex()}" if value else None


def as_array(words) -> str | None:
    """A list of texts as a staged cell."""
    if not words:
        return None
    quoted = ",".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return "{" + quoted + "}"


def _beginnings(model, fields):
    """The defaults of the columns not in ``fields``; those that stay NULL need not be named."""
    return {
        column.name: column.get_default()
        for column in model._meta.concrete_fields
        if column.name not in fields and not column.null
    }


def _expression(column, number):
    kind = column.db_type(connection)
    if column.null:
        return f"c{number}::{kind}"
    if isinstance(column, ArrayField):
        return f"coalesce(c{number}, '{{}}')::{kind}"
    if isinstance(column, models.CharField | models.TextField | models.BinaryField):
        return f"coalesce(c{number}, '')::{kind}"
    return f"c{number}::{kind}"
