"""The index that statistics are counted from alone; the narrower one it replaces goes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

UNCOUNTED = ["draft", "entered_in_error"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("referrals", "0030_consents_that_end")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                fields=["practice", "direction", "happened_on"],
                include=["id", "matter", "partner", "source", "location", "journey"],
                name="referral_counted",
                condition=models.Q(deleted_at__isnull=True) & ~models.Q(journey__in=UNCOUNTED),
            ),
        ),
        RemoveIndexConcurrently(model_name="referral", name="referral_by_month"),
    ]
