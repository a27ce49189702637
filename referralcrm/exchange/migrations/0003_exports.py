import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_wall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
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
                ("kind", models.CharField(max_length=20)),
                ("query", models.TextField(blank=True)),
                ("here", models.UUIDField(null=True)),
                ("has_names", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("total", models.PositiveIntegerField(null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("last", models.UUIDField(null=True)),
                ("stumbles", models.PositiveSmallIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
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
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ExportPart",
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
                ("number", models.PositiveIntegerField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practice.storedfile",
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="exchange.export",
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
                "ordering": ["number"],
            },
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(fields=["practice", "-created_at", "-id"], name="export_newest"),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", True), ("finished_at__isnull", True)),
                fields=["practice"],
                name="export_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="exportpart",
            constraint=models.UniqueConstraint(fields=("of", "number"), name="export_part_once"),
        ),
        *map(raise_wall, ["exchange_export", "exchange_exportpart"]),
        link("exchange_export", by_id="practice_user"),
        link("exchange_exportpart", of_id="exchange_export", file_id="practice_storedfile"),
    ]
