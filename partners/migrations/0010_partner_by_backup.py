from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nobody waits while the index is made

    dependencies = [("partners", "0009_paperwork")]

    operations = [
        AddIndexConcurrently(
            model_name="partner",
            index=models.Index(
                condition=models.Q(("backup__isnull", False)), fields=["backup"], name="partner_by_backup"
            ),
        ),
    ]
