import django.db.models.deletion
from django.db import migrations, models

from referralcrm.core.wall import link


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0003_touchpoint_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="text_fixed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="messagecause",
            name="task",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="causes",
                to="outreach.task",
            ),
        ),
        link("outreach_messagecause", task_id="outreach_task"),
    ]
