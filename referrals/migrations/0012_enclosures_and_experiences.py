import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.core.sealed
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0009_paperwork"),
        ("practice", "0009_batches"),
        ("referrals", "0011_patient_merges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Enclosure",
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
                ("what", models.CharField(blank=True, max_length=120)),
                ("words_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("enclosed", "enclosed"),
                            ("to_follow", "to follow"),
                            ("left_out", "not needed this time"),
                        ],
                        default="to_follow",
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
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
                    "paperwork",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.paperwork",
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["practice", "referral"], name="enclosure_of_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("paperwork__isnull", False)),
                        fields=("referral", "paperwork"),
                        name="enclosure_once_a_line",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Experience",
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
                    "felt",
                    models.CharField(
                        choices=[("good", "good"), ("mixed", "mixed"), ("poor", "poor")], max_length=5
                    ),
                ),
                ("words_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("told_on", models.DateField()),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "noted_by",
                    models.ForeignKey(
                        null=True,
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
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="experiences",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["-told_on", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["practice", "deleted_at"],
                        name="experience_in_trash",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("deleted_at__isnull", True)),
                        fields=("practice", "referral"),
                        name="experience_once_a_referral",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityFlag",
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
                ("words_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("raised_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("answer_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("answered_on", models.DateField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
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
                (
                    "raised_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quality_flags",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["raised_at", "id"],
                "indexes": [
                    models.Index(fields=["practice", "referral"], name="quality_of_referral"),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["practice", "deleted_at"],
                        name="quality_flag_in_trash",
                    ),
                ],
            },
        ),
        raise_wall("referrals_enclosure"),
        link(
            "referrals_enclosure",
            referral_id="referrals_referral",
            paperwork_id="partners_paperwork",
            by_id="practice_user",
        ),
        raise_wall("referrals_experience"),
        link("referrals_experience", referral_id="referrals_referral", noted_by_id="practice_user"),
        raise_wall("referrals_qualityflag"),
        link(
            "referrals_qualityflag",
            referral_id="referrals_referral",
            raised_by_id="practice_user",
            answered_by_id="practice_user",
        ),
    ]
