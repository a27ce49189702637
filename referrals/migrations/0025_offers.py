import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0014_finding"),
        ("practice", "0012_licences"),
        ("referrals", "0024_referral_letter"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="new_to_area",
            field=models.BooleanField(db_default=False, default=False, verbose_name="new to the area"),
        ),
        migrations.CreateModel(
            name="Offer",
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
                ("is_chosen", models.BooleanField(default=False)),
                ("own_wish", models.BooleanField(default=False)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                ("offered_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="partners.partner"
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
                        related_name="offers",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["place", "id"],
                "indexes": [models.Index(fields=["practice", "referral"], name="offer_of_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_chosen", True)),
                        fields=("practice", "referral"),
                        name="one_offer_is_chosen",
                    )
                ],
            },
        ),
        raise_wall("referrals_offer"),
        link("referrals_offer", referral_id="referrals_referral", partner_id="partners_partner"),
    ]
