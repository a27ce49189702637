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
        ("partners", "0008_one_key_a_link"),
        ("practice", "0010_advice_promises"),
        ("referrals", "0018_clock_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AdviceRequest",
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
                    "direction",
                    models.CharField(
                        choices=[("received", "we were asked"), ("sent", "we asked")],
                        default="received",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("imaging", "a look at images"),
                            ("management", "how to manage"),
                            ("prescription", "a prescription"),
                            ("urgent", "urgent"),
                        ],
                        default="management",
                        max_length=12,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("phone", "phone"),
                            ("text", "text message"),
                            ("email", "e-mail"),
                            ("letter", "letter"),
                            ("fax", "fax"),
                            ("portal", "a portal"),
                            ("in_person", "in person"),
                        ],
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("promised_by", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(editable=False, null=True)),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                (
                    "next_step",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("manage", "manage it there"),
                            ("investigate", "investigate"),
                            ("refer", "refer"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("wrapped_key", models.BinaryField()),
                ("question_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("answer_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("letter_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partners.contact",
                        verbose_name="who there",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="practice.location",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="advice",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "ordering": ["-asked_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("answered_at__isnull", True),
                            ("deleted_at__isnull", True),
                            ("withdrawn_at__isnull", True),
                        ),
                        fields=["practice", "promised_by", "asked_at"],
                        name="advice_open",
                    ),
                    models.Index(fields=["practice", "partner", "-asked_at"], name="advice_by_partner"),
                    models.Index(fields=["practice", "-asked_at"], name="advice_newest"),
                    models.Index(fields=["practice", "referral"], name="advice_of_referral"),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False)),
                        fields=["practice", "deleted_at"],
                        name="advice_in_trash",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True),
                            ("answered_at__gte", models.F("asked_at")),
                            _connector="OR",
                        ),
                        name="advice_answered_after_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("promised_by__isnull", True),
                            ("promised_by__gte", models.F("asked_at")),
                            _connector="OR",
                        ),
                        name="advice_promised_after_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("direction", "sent"), ("promised_by__isnull", False), _connector="OR"
                        ),
                        name="advice_we_promise_an_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True), ("withdrawn_at__isnull", True), _connector="OR"
                        ),
                        name="advice_ends_once",
                    ),
                ],
            },
        ),
        raise_wall("referrals_advicerequest"),
        link(
            "referrals_advicerequest",
            partner_id="partners_partner",
            contact_id="partners_contact",
            owner_id="practice_user",
            entered_by_id="practice_user",
            location_id="practice_location",
            referral_id="referrals_referral",
        ),
    ]
