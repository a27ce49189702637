from django.db import migrations, models


class Migration(migrations.Migration):
    """A practice has a few closed days a year, so the table is small."""

    dependencies = [
        ("practice", "0006_staging"),
    ]

    operations = [
        migrations.AddField("closedday", "version", models.PositiveIntegerField(default=1, editable=False)),
        migrations.AddField("closedday", "deleted_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddIndex(
            "closedday",
            models.Index(
                fields=["practice", "deleted_at"],
                name="closedday_in_trash",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ),
        migrations.RemoveConstraint("closedday", "closed_day_once"),
        migrations.AddConstraint(
            "closedday",
            models.UniqueConstraint(
                fields=["practice", "on"],
                condition=models.Q(deleted_at__isnull=True),
                name="closed_day_once",
                violation_error_message="That day is already on the list.",
            ),
        ),
    ]
