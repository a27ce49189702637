import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0008_list_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Batch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=referralcrm.core.keys.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("slug", models.CharField(max_length=20, verbose_name="list")),
                ("what", models.CharField(max_length=200)),
                ("rows", models.JSONField(default=dict)),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.practice",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["practice", "slug", "-at"], name="batch_newest")],
            },
        ),
        raise_wall("practice_batch"),
        link("practice_batch", by_id="practice_user"),
    ]
