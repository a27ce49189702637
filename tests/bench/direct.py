"""COPY straight into the real tables: the least that their columns, keys and indexes cost.

The rows are ready and nothing is checked, noted or recorded, so that no import of the same rows can be
faster. It is done as the tables' owner, because COPY does not go through the wall.
"""

import csv
import io

from django.db import connections, transaction

from partners.models import Affiliation, Organisation, Partner
from referralcrm.core.keys import new_ids
from referralcrm.exchange.intake import work as working
from referralcrm.practice.scope import enter
from referralcrm.practice.staging import as_array
from tests import factories

GIVEN = ["id", "organisation", "discipline", "name", "phone", "email", "area", "postcode", "tags"]


class Direct:
    """Makes the rows of the three tables ready out of good ``lines`` of the bench's sheet."""

    def __init__(self, practice, lines):
        self.practice = practice
        names = sorted({line[1] for line in lines})
        self.organisations = list(zip(new_ids(len(names)), names, strict=True))
        offices = {name: pk for pk, name in self.organisations}
        with enter(practice):
            professions = {name: factories.discipline(name).pk for name in {line[2] for line in lines}}
        self.partners, self.affiliations = [], []
        for pk, other, line in zip(new_ids(len(lines)), new_ids(len(lines)), lines, strict=True):
            name, office, discipline, *cells, tags = line
            tags = as_array(tags.split(", ") if tags else []) or "{}"
            self.partners.append((pk, offices[office], professions[discipline], name, *cells, tags))
            self.affiliations.append((other, pk, offices[office]))

    def copy(self):
        """In steps of as many rows as an import's, each its own transaction."""
        for rows in _steps(self.organisations):
            with transaction.atomic(using="owner"):
                self._copy(Organisation, ["id", "name"], rows)
        for rows, placed in zip(_steps(self.partners), _steps(self.affiliations), strict=True):
            with transaction.atomic(using="owner"):
                self._copy(Partner, GIVEN, rows)
                self._copy(Affiliation, ["id", "partner", "organisation"], placed)

    def _copy(self, model, names, rows):
        fields = model._meta.concrete_fields
        left = [field for field in fields if field.name not in names and not field.null]
        same = {field: _default(field) for field in left if field.has_default() or not field.has_db_default()}
        columns = [model._meta.get_field(name).column for name in names] + [field.column for field in same]
        text, common = io.StringIO(), [self._practices(field, value) for field, value in same.items()]
        write = csv.writer(text).writerow
        for row in rows:
            write((*row, *common))
        text.seek(0)
        filled = ", ".join(columns)
        with connections["owner"].cursor() as cursor:
            cursor.copy_expert(
                f"COPY {model._meta.db_table} ({filled}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({filled}))",
                text,
            )

    def _practices(self, field, value):
        return self.practice.pk if field.name == "practice" else value

    def clear_away(self):
        """Leave the tables as they were made: empty, without dead rows."""
        tables = ", ".join(model._meta.db_table for model in (Partner, Affiliation, Organisation))
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"TRUNCATE {tables} CASCADE")


def _default(field):
    value = None if field.name == "practice" else field.get_default()
    return as_array(value) or "{}" if isinstance(value, list) else value


def _steps(rows):
    for first in range(0, len(rows), working.CHUNK):
        yield rows[first : first + working.CHUNK]
