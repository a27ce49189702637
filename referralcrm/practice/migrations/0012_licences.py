import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0011_portal_days"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="about",
            field=models.TextField(
                blank=True, db_default="", max_length=600, verbose_name="a few words for partners"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="special_interests",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="telehealth",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="also sees people by video or phone"
            ),
        ),
        migrations.CreateModel(
            name="Licence",
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
                ("name", models.CharField(max_length=80, verbose_name="licence or registration")),
                ("number", models.CharField(blank=True, max_length=40)),
                ("place", models.CharField(max_length=60, verbose_name="valid in")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="last day")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="licences",
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
                "ordering": ["place", "name", "id"],
                "indexes": [
                    models.Index(fields=["practice", "person"], name="licence_of_person"),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["practice", "deleted_at"],
                        name="licence_in_trash",
                    ),
                ],
            },
        ),
        raise_wall("practice_licence"),
        link("practice_licence", person_id="practice_user"),
    ]
