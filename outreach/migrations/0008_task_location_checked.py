from django.db import migrations


class Migration(migrations.Migration):
    """Its own transaction: checking lets others read and write the tasks."""

    dependencies = [("outreach", "0007_task_location")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE outreach_task VALIDATE CONSTRAINT outreach_task_location_id_same_practice",
            migrations.RunSQL.noop,
        )
    ]
