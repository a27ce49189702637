from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_referral_in_trash")]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AddField(
            model_name="referral",
            name="to_finish",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
