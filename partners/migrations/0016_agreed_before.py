from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0015_seed_conditions"),
    ]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="before",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
