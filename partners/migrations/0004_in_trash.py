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
        ("partners", "0003_endings_and_versions"),
    ]

    operations = [
        AddIndexConcurrently("affiliation", _in_trash("affiliation_in_trash")),
        AddIndexConcurrently("contact", _in_trash("contact_in_trash")),
        AddIndexConcurrently("organisation", _in_trash("organisation_in_trash")),
        AddIndexConcurrently("partner", _in_trash("partner_in_trash")),
    ]
