from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0003_exports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="import",
            name="unsaid",
            field=models.CharField(
                choices=[("over", "complete, when it is older than 90 days"), ("open", "still open")],
                default="over",
                max_length=4,
            ),
        ),
    ]
