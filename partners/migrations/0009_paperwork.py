import django.db.models.deletion
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0008_one_key_a_link"),
        ("practice", "0009_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Paperwork",
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
                ("what", models.CharField(max_length=120, verbose_name="what they want")),
                (
                    "goes_with",
                    models.CharField(
                        choices=[
                            ("referral", "a patient we send them"),
                            ("report", "a report on a patient of theirs"),
                            ("both", "both"),
                        ],
                        default="referral",
                        max_length=8,
                        verbose_name="goes with",
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paperwork",
                        to="partners.partner",
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
                "ordering": ["place", "id"],
                "indexes": [
                    models.Index(fields=["practice", "partner", "place"], name="paperwork_of_partner"),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["practice", "deleted_at"],
                        name="paperwork_in_trash",
                    ),
                ],
            },
        ),
        raise_wall("partners_paperwork"),
        link("partners_paperwork", partner_id="partners_partner"),
    ]
