import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall

# What was checked before has nothing kept: it is checked again; what was being brought in ends here.
AGAIN = """
    UPDATE exchange_import
       SET state = 'checking', position = 0, attempt = attempt + 1, lease_until = NULL
     WHERE sheet = 'partners' AND state = 'checked'
"""
ENDED = """
    UPDATE exchange_import
       SET state = 'done', attempt = attempt + 1, lease_until = NULL, finished_at = now(),
           failure = 'The program was renewed meanwhile. Bring the file in again: what is here is skipped.'
     WHERE sheet = 'partners' AND state = 'importing'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0005_outcomes"),
        ("practice", "0009_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ready",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=referralcrm.core.keys.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("first", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                (
                    "names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("box", models.BinaryField()),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ready",
                        to="exchange.import",
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("of", "number"), name="import_ready_once")],
            },
        ),
        raise_wall("exchange_ready"),
        link("exchange_ready", of_id="exchange_import"),
        migrations.RunSQL([AGAIN, ENDED], migrations.RunSQL.noop),
    ]
