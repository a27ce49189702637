from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the index is made

    dependencies = [("referrals", "0013_consents")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("redirected_to__isnull", False)),
                fields=["redirected_to"],
                name="referral_led_on",
            ),
        ),
    ]
