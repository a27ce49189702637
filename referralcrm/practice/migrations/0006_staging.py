from django.conf import settings
from django.db import migrations
from psycopg2 import sql

from referralcrm.practice.staging import WIDTH

ROLE = sql.Identifier(settings.DATABASES["default"]["USER"])
CELLS = ", ".join(f"c{number} text" for number in range(1, WIDTH + 1))


def build(apps, schema_editor):
    """A schema of its own, so that the rights given on every table of the public one do not reach it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA staging")
        cursor.execute(f"CREATE UNLOGGED TABLE staging.line (batch uuid NOT NULL, {CELLS})")
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA staging TO {}").format(ROLE))
        cursor.execute(sql.SQL("GRANT SELECT, INSERT, DELETE ON staging.line TO {}").format(ROLE))


def drop(apps, schema_editor):
    schema_editor.execute("DROP SCHEMA staging CASCADE")


class Migration(migrations.Migration):
    dependencies = [("practice", "0005_calls_before_unreachable")]

    operations = [migrations.RunPython(build, drop)]
