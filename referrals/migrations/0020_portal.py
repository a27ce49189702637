import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.core.sealed
import referralcrm.practice.scope
from referralcrm.core.wall import PRACTICE, link, raise_wall

# The one row whose fingerprint a transaction names is shown before its practice is known, and not written.
IS_NAMED = "token_index = decode(NULLIF(current_setting('app.portal', true), ''), 'hex')"
TABLES = ["referrals_portallink", "referrals_portalcode", "referrals_statusnotice"]


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0013_notices"),
        ("practice", "0011_portal_days"),
        ("referrals", "0019_advice_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalLink",
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
                ("token_index", models.BinaryField(unique=True)),
                ("token_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "wrong",
                    models.PositiveSmallIntegerField(default=0, verbose_name="codes that were not right"),
                ),
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
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PortalCode",
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
                ("code_index", models.BinaryField()),
                ("code_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("address_index", models.BinaryField()),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
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
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="referrals.portallink",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatusNotice",
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
                    "what",
                    models.CharField(
                        choices=[
                            ("received", "we have the referral"),
                            ("booked", "an appointment is booked"),
                            ("declined", "we cannot take the patient"),
                            ("no_show", "the patient did not come"),
                            ("attended", "the patient was here"),
                            ("discharged", "care is complete"),
                        ],
                        max_length=10,
                    ),
                ),
                ("happened_on", models.DateField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="referrals.portallink",
                    ),
                ),
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
                        related_name="notices",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "ordering": ["-happened_on", "-id"],
            },
        ),
        migrations.AddIndex(
            model_name="portallink",
            index=models.Index(fields=["practice", "partner"], name="portal_link_by_partner"),
        ),
        migrations.AddIndex(
            model_name="portalcode",
            index=models.Index(fields=["practice", "link", "-asked_at"], name="portal_code_of_link"),
        ),
        migrations.AddIndex(
            model_name="portalcode",
            index=models.Index(
                fields=["practice", "address_index", "-asked_at"], name="portal_code_by_address"
            ),
        ),
        migrations.AddIndex(
            model_name="statusnotice",
            index=models.Index(fields=["practice", "referral"], name="notice_of_referral"),
        ),
        *map(raise_wall, TABLES),
        migrations.RunSQL(
            f"ALTER POLICY practice_wall ON referrals_portallink "
            f"USING (practice_id = {PRACTICE} OR {IS_NAMED}) WITH CHECK (practice_id = {PRACTICE})",
            f"ALTER POLICY practice_wall ON referrals_portallink "
            f"USING (practice_id = {PRACTICE}) WITH CHECK (practice_id = {PRACTICE})",
        ),
        link("referrals_portallink", partner_id="partners_partner", revoked_by_id="practice_user"),
        link("referrals_portalcode", link_id="referrals_portallink"),
        link(
            "referrals_statusnotice",
            referral_id="referrals_referral",
            partner_id="partners_partner",
            link_id="referrals_portallink",
        ),
    ]
