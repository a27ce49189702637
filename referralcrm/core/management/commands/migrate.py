from django.core.management.commands import migrate
from django.db import connections
from psycopg2 import sql

RIGHTS = [
    "USAGE ON SCHEMA public",
    "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
    "USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public",
]


class Command(migrate.Command):
    """``migrate`` as the owner; then the application role may read and write rows, and nothing more."""

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args, **options):
        super().handle(*args, **options)
        role = sql.Identifier(connections["default"].settings_dict["USER"])
        with connections[options["database"]].cursor() as cursor:
            for rights in RIGHTS:
                cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(rights), role))
