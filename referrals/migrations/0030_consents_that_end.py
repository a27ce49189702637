from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("referrals", "0029_why_not_offered"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="consent",
            index=models.Index(
                condition=models.Q(("until__isnull", False), ("withdrawn_at__isnull", True)),
                fields=["practice", "until"],
                name="consent_ends",
            ),
        ),
    ]
