"""Millions of rows by INSERT … SELECT: columns that are not told take the model's default.

Keys are not checked row by row (that is most of the time), so what is selected has to fit by itself; the
indexes that hold no constraint are made afterwards.
"""

from contextlib import contextmanager

from django.db import models

HELPERS = """
    CREATE FUNCTION pg_temp.one_of(given anyarray, by double precision) RETURNS anyelement
        LANGUAGE sql IMMUTABLE AS 'SELECT given[1 + floor(by * cardinality(given))::int]';
    CREATE FUNCTION pg_temp.by_chance(by double precision, shares double precision[], given text[])
        RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT given[width_bucket(by, shares) + 1]';
    CREATE FUNCTION pg_temp.box(seed text, size int) RETURNS bytea LANGUAGE sql IMMUTABLE AS
        'SELECT decode(left(repeat(md5(seed), size / 16 + 1), size * 2), ''hex'')';
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = ANY(%s::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
"""


class Filling:
    """One session of the superuser, in which ``rows`` are written and temporary tables kept."""

    def __init__(self, cursor):
        self.cursor = cursor
        cursor.execute("SET session_replication_role = replica; SET synchronous_commit = off; SET jit = off")
        cursor.execute("SET work_mem = '512MB'; SET maintenance_work_mem = '1GB'; SET temp_buffers = '256MB'")
        cursor.execute(f"SELECT setseed(0.25); {HELPERS}")

    def keep(self, name, select):
        """A temporary table of what is selected."""
        self.cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {select}; ANALYZE {name}")

    def rows(self, model, source, /, **told):
        """Insert a row for each of ``source`` (what follows FROM); ``told`` is SQL by the field's name."""
        told = {"id": "uuidv7()"} | told
        columns, values = [], []
        for field in model._meta.concrete_fields:
            value = told.pop(field.name, None)
            if value is None and (field.null or field.has_db_default()):
                continue
            columns.append(f'"{field.column}"')
            values.append(value or _default(field))
        if told:
            raise LookupError(f"{model.__name__} has no {', '.join(told)}")
        table = model._meta.db_table
        self.cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"
        )

    @contextmanager
    def without_indexes(self, tables):
        """The block writes to ``tables`` with those indexes only that hold a constraint."""
        self.cursor.execute(INDEXES, [tables])
        indexes = self.cursor.fetchall()
        for name, _ in indexes:
            self.cursor.execute(f"DROP INDEX {name}")
        yield
        for _, definition in indexes:
            self.cursor.execute(definition)


def _default(field):
    """The model's default as SQL."""
    if isinstance(field, models.DateTimeField):
        return "now()"
    value = field.get_default()
    match value:
        case bool() | int() | float():
            return str(value)
        case list() | dict():
            return "'{}'" if field.get_internal_type() == "ArrayField" or value == {} else "'[]'"
        case bytes():
            return "''::bytea"
        case None | "":
            return "''"
    return f"'{value}'"
