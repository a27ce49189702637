from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0007_lists_as_seen"),
    ]

    operations = [
        migrations.AddField("import", "tab", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField("import", "tab_sealed", models.BinaryField(default=b"", db_default=b"")),
    ]
