import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0015_contact_by_question"),
        ("partners", "0014_finding"),
        ("practice", "0012_licences"),
        ("referrals", "0025_offers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[
                    ("check_in", "keep in touch"),
                    ("thank_card", "thank with a handwritten card"),
                    ("thank_call", "thank with a call"),
                    ("personal_thanks", "thank in person"),
                    ("ask_source", "ask who recommended us"),
                    ("quality", "look into a quality flag"),
                    ("next_step", "next step"),
                    ("send_report", "post or fax a report"),
                    ("chase", "ask for a report"),
                    ("refer_back", "suggest a primary-care clinician"),
                    ("meet", "meet them"),
                    ("introduce", "introduce yourself"),
                    ("other", "task"),
                ],
                default="other",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Origin",
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
                        choices=[
                            ("contact", "a contact with them"),
                            ("introduction", "somebody introduced us"),
                            ("event", "an event"),
                        ],
                        max_length=12,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=200)),
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
                    "introduced_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
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
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="referrals.referral"
                    ),
                ),
                (
                    "touchpoint",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="outreach.touchpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("introduced_by__isnull", True),
                                ("kind", "contact"),
                                ("touchpoint__isnull", False),
                            ),
                            models.Q(
                                ("introduced_by__isnull", False),
                                ("kind", "introduction"),
                                ("touchpoint__isnull", True),
                            ),
                            models.Q(
                                ("introduced_by__isnull", True),
                                ("kind", "event"),
                                ("touchpoint__isnull", True),
                                models.Q(("words", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="origin_names_what_it_was",
                    )
                ],
            },
        ),
        raise_wall("outreach_origin"),
        link(
            "outreach_origin",
            referral_id="referrals_referral",
            touchpoint_id="outreach_touchpoint",
            introduced_by_id="partners_partner",
            by_id="practice_user",
        ),
    ]
