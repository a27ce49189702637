"""A question that every page asks, or a step that every letter takes: composed and compiled once.

Composing a query of a dozen subqueries costs Python more than answering it costs Postgres. The queryset
is composed with stand-ins (``TODAY``, ``NOW`` and any keys), which are exchanged as it is asked; a time
before or after a stand-in stays as far from the real one. ``Prepared`` refuses a time that is none of
them, since it would be true only on the day of composing.
"""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Expression
from django.db.models.sql import UpdateQuery

NOW = datetime(1000, 1, 1, tzinfo=UTC)
TODAY = NOW.date()
FARTHEST = timedelta(days=5 * 366)


class Prepared:
    """``queryset`` is one of ``.values(…)`` that finds one row. Raises ValueError for a time of today."""

    def __init__(self, queryset):
        self._compiler = queryset.query.get_compiler(connection=connection)
        self._sql, self._params = self._compiler.as_sql()
        self._names = [*queryset.query.values_select, *queryset.query.annotation_select]
        self._converters = self._compiler.get_converters([column for column, *_ in self._compiler.select])
        if any(map(_is_fixed, self._params)):
            raise ValueError("A prepared query speaks of a time that is no stand-in")

    def ask(self, *, today: date, now: datetime, keys: dict) -> dict:
        """The row by name, with ``keys`` (stand-in → key) put in and every time moved along."""
        params = [_moved(param, today, now, keys) for param in self._params]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            rows = self._compiler.apply_converters(cursor.fetchmany(1), self._converters)
            return dict(zip(self._names, next(rows), strict=True))


class Given(Expression):
    """Stands in a PreparedUpdate for a value that it is told each time, by ``name``."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


class PreparedUpdate:
    """``queryset.update(**values)``, in which a Given may stand for any value."""

    def __init__(self, queryset, **values):
        query = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)
        self._sql, self._params = query.get_compiler(connection=connection).as_sql()

    def carry_out(self, *, keys: dict, **given) -> int:
        """Update with ``keys`` (stand-in → key) and what is ``given`` put in; how many rows that were."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [_told(param, keys, given) for param in self._params])
            return cursor.rowcount


def _told(param, keys, given):
    if isinstance(param, Given):
        return given[param.name]
    return keys.get(param, param) if isinstance(param, UUID) else param


def _is_fixed(param):
    match param:
        case datetime():
            return abs(param - NOW) > FARTHEST
        case date():
            return abs(param - TODAY) > FARTHEST
    return False


def _moved(param, today, now, keys):
    match param:
        case datetime():
            return now + (param - NOW)
        case date():
            return today + (param - TODAY)
        case UUID():
            return keys.get(param, param)
    return param
