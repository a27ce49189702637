"""Indexes by which a log of 100,000 referrals is listed and counted, made while people work."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

UNCOUNTED = ["draft", "entered_in_error"]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("referrals", "0026_code_by_caller")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                condition=models.Q(
                    ("deleted_at__isnull", True), models.Q(("journey__in", UNCOUNTED), _negated=True)
                ),
                fields=["practice", "-happened_on", "-id"],
                name="referral_kept",
            ),
        ),
        RemoveIndexConcurrently(model_name="referral", name="referral_newest"),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("next_visit_on__isnull", False)),
                fields=["practice", "happened_on"],
                name="referral_going_back",
            ),
        ),
        AddIndexConcurrently(
            model_name="obligation",
            index=models.Index(
                condition=models.Q(("visit_on__isnull", False)),
                fields=["practice", "referral"],
                name="obligation_before_a_visit",
            ),
        ),
    ]
