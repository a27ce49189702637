import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("practice", "0006_staging"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
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
                (
                    "sheet",
                    models.CharField(
                        choices=[
                            ("partners", "Partners: the people and places you exchange patients with"),
                            ("contacts", "Other people at a partner’s office"),
                            ("referrals", "Past referrals"),
                        ],
                        default="partners",
                        max_length=10,
                        verbose_name="what are the rows?",
                    ),
                ),
                ("fingerprint", models.BinaryField()),
                (
                    "has_header",
                    models.BooleanField(default=True, verbose_name="the first row names the columns"),
                ),
                ("header_sealed", models.BinaryField(default=b"")),
                ("matched", models.JSONField(default=list)),
                ("orders", models.JSONField(null=True)),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("skip", "skip it"),
                            ("update", "fill in what is empty"),
                            ("create", "add it as a new one"),
                        ],
                        default="skip",
                        max_length=6,
                    ),
                ),
                ("adds_partners", models.BooleanField(default=False)),
                (
                    "direction",
                    models.CharField(
                        choices=[("received", "received"), ("sent", "sent")], default="received", max_length=8
                    ),
                ),
                (
                    "unsaid",
                    models.CharField(
                        choices=[("over", "over, when it is older than 90 days"), ("open", "still open")],
                        default="over",
                        max_length=4,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "columns to be matched"),
                            ("checking", "being checked"),
                            ("checked", "checked, not brought in yet"),
                            ("importing", "being brought in"),
                            ("done", "brought in"),
                            ("undoing", "being undone"),
                            ("undone", "undone"),
                            ("discarded", "discarded"),
                            ("failed", "could not be read"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=300)),
                ("lines", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("bad", models.PositiveIntegerField(default=0)),
                ("warnings", models.PositiveIntegerField(default=0)),
                ("alike", models.PositiveIntegerField(default=0)),
                ("made", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("kept", models.PositiveIntegerField(default=0)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("stumbles", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("checked_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="practice.storedfile",
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
                ("number", models.PositiveIntegerField()),
                ("what", models.CharField(max_length=12)),
                (
                    "made",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("changed", models.JSONField(default=dict)),
                (
                    "kept",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("is_undone", models.BooleanField(default=False)),
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
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batches",
                        to="exchange.import",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Note",
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
                ("line", models.PositiveIntegerField()),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("bad", "stays out"),
                            ("warning", "worth a look"),
                            ("alike", "may be here already"),
                        ],
                        max_length=7,
                    ),
                ),
                ("column", models.PositiveSmallIntegerField(null=True)),
                ("said_sealed", models.BinaryField(default=b"")),
                ("match", models.UUIDField(null=True)),
                ("is_sure", models.BooleanField(default=False)),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("skip", "skip it"),
                            ("update", "fill in what is empty"),
                            ("create", "add it as a new one"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="exchange.import",
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
                "ordering": ["line", "id"],
            },
        ),
        migrations.CreateModel(
            name="Headings",
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
                (
                    "sheet",
                    models.CharField(
                        choices=[
                            ("partners", "Partners: the people and places you exchange patients with"),
                            ("contacts", "Other people at a partner’s office"),
                            ("referrals", "Past referrals"),
                        ],
                        max_length=10,
                    ),
                ),
                ("index", models.BinaryField()),
                ("matched", models.JSONField(default=list)),
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
                "constraints": [
                    models.UniqueConstraint(fields=("practice", "sheet", "index"), name="headings_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["practice", "-created_at", "-id"], name="import_newest"),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("state__in", ["checking", "importing", "undoing"])),
                fields=["practice"],
                name="import_at_work",
            ),
        ),
        migrations.AddConstraint(
            model_name="batch",
            constraint=models.UniqueConstraint(fields=("of", "number", "what"), name="import_batch_once"),
        ),
        migrations.AddIndex(
            model_name="note",
            index=models.Index(fields=["practice", "of", "level", "line"], name="note_by_line"),
        ),
    ]
