"""The list of what was sent, by an index of its own; made while mail goes out."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("outreach", "0016_origins")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state", "sent")),
                fields=["practice", "-sent_at", "-id"],
                name="message_sent",
            ),
        ),
    ]
