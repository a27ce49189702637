from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("referrals", "0003_seal_why_a_report_was_waived"),
    ]

    operations = [
        AddIndexConcurrently(
            "referral",
            models.Index(
                fields=["practice", "deleted_at"],
                name="referral_in_trash",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ),
    ]
