from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0027_lists_of_a_large_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="revoked_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("taken_back", "somebody took it back"),
                    ("consent", "the patient withdrew their consent"),
                    ("left_team", "they no longer treat this patient"),
                    ("not_treating", "they are no longer marked as a treating provider"),
                ],
                db_default="",
                max_length=12,
            ),
        ),
    ]
