from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0008_sheet_of_a_workbook"),
    ]

    operations = [
        migrations.AddField("import", "matters", models.JSONField(null=True)),
    ]
