import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0003_stored_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="usual_views",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.CreateModel(
            name="SavedView",
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
                ("slug", models.CharField(editable=False, max_length=20, verbose_name="list")),
                ("name", models.CharField(max_length=60)),
                ("is_shared", models.BooleanField(default=False, verbose_name="everybody here sees it")),
                ("query", models.CharField(blank=True, editable=False, max_length=2000)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, editable=False, size=None
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "ordering": ["name", "id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["practice", "deleted_at"],
                        name="savedview_in_trash",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("practice"),
                        models.F("owner"),
                        models.F("slug"),
                        django.db.models.functions.text.Lower("name"),
                        condition=models.Q(("deleted_at__isnull", True)),
                        name="saved_view_name_once",
                        violation_error_message="You have a view of this name already.",
                    )
                ],
            },
        ),
        raise_wall("practice_savedview"),
        link("practice_savedview", owner_id="practice_user"),
    ]
