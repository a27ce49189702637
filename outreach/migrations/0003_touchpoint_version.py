from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0002_wall"),
    ]

    operations = [
        migrations.AddField(
            model_name="touchpoint",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
    ]
