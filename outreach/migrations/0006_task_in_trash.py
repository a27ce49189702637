from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("outreach", "0005_touchpoint_in_trash"),
    ]

    operations = [
        migrations.AddField("task", "deleted_at", models.DateTimeField(editable=False, null=True)),
        AddIndexConcurrently(
            "task",
            models.Index(
                fields=["practice", "deleted_at"],
                name="task_in_trash",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ),
    ]
