from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def _in_trash(name):
    return models.Index(
        fields=["practice", "deleted_at"], name=name, condition=models.Q(deleted_at__isnull=False)
    )


class Migration(migrations.Migration):
    """The deleted rows of big tables are found without reading those that are not."""

    atomic = False
    dependencies = [
        ("outreach", "0004_message_text_and_expiry"),
    ]

    operations = [
        AddIndexConcurrently("touchpoint", _in_trash("touchpoint_in_trash")),
    ]
