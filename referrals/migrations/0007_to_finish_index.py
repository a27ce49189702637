from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("referrals", "0006_details_request")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["practice", "happened_on"],
                name="referral_to_finish",
                condition=models.Q(to_finish=True),
            ),
        ),
    ]
