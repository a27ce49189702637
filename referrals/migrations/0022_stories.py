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
        ("practice", "0011_portal_days"),
        ("referrals", "0021_deliveries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Story",
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
                    "kind",
                    models.CharField(
                        choices=[("story", "success story"), ("compliment", "compliment")],
                        default="story",
                        max_length=10,
                    ),
                ),
                ("words_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("shared_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
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
                        related_name="stories",
                        to="referrals.referral",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["written_at", "id"],
                "indexes": [
                    models.Index(fields=["practice", "referral"], name="story_of_referral"),
                    models.Index(
                        condition=models.Q(deleted_at__isnull=False),
                        fields=["practice", "deleted_at"],
                        name="story_in_trash",
                    ),
                ],
            },
        ),
        raise_wall("referrals_story"),
        link("referrals_story", referral_id="referrals_referral", written_by_id="practice_user"),
    ]
