from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0002_append_only")]

    operations = [
        AddIndexConcurrently(
            "auditevent",
            models.Index(
                fields=["practice_id", "-at", "-id"], name="audit_changes", condition=~models.Q(verb="read")
            ),
        ),
    ]
