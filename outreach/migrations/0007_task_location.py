import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A new column without a default is neither written nor checked row by row; 0008 checks the wall."""

    dependencies = [("practice", "0008_list_versions"), ("outreach", "0006_task_in_trash")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="location",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="practice.location",
            ),
        ),
        migrations.RunSQL(
            "ALTER TABLE outreach_task ADD CONSTRAINT outreach_task_location_id_same_practice "
            "FOREIGN KEY (practice_id, location_id) REFERENCES practice_location (practice_id, id) "
            "DEFERRABLE INITIALLY DEFERRED NOT VALID",
            "ALTER TABLE outreach_task DROP CONSTRAINT outreach_task_location_id_same_practice",
        ),
    ]
