from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Codes are counted by who asks for them, too."""

    atomic = False
    dependencies = [
        ("referrals", "0025_offers"),
    ]

    operations = [
        migrations.AddField(
            model_name="portalcode",
            name="caller_index",
            field=models.BinaryField(db_default=b"", default=b""),
        ),
        AddIndexConcurrently(
            "portalcode",
            models.Index(fields=["practice", "caller_index", "-asked_at"], name="portal_code_by_caller"),
        ),
    ]
