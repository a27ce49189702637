import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# A list that was half written when the program was renewed has no keys to go on with: ask for it anew.
UNFINISHED = """
    UPDATE exchange_export SET failed_at = now() WHERE finished_at IS NULL AND failed_at IS NULL AND total > 0
"""
UNWRITTEN = "DELETE FROM exchange_exportpart WHERE file_id IS NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0006_kept_ready"),
    ]

    operations = [
        migrations.AddField("export", "as_seen", models.BooleanField(default=False, db_default=False)),
        migrations.AddField(
            "exportpart",
            "keys",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), default=list, db_default=[], size=None
            ),
        ),
        migrations.RemoveField("export", "last"),
        migrations.AlterField(
            "exportpart",
            "file",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="practice.storedfile",
            ),
        ),
        migrations.RunSQL(UNFINISHED, [UNFINISHED, UNWRITTEN]),
    ]
