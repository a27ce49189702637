from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0023_reminders"),
    ]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="kind",
            field=models.CharField(
                choices=[
                    ("initial", "initial report"),
                    ("interim", "progress report"),
                    ("discharge", "discharge report"),
                    ("second_opinion", "second opinion"),
                    ("referral_letter", "referral letter"),
                ],
                max_length=16,
            ),
        ),
    ]
