import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.core.sealed
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall

PAPER = [
    ("fax", "fax"),
    ("letter", "letter"),
    ("card", "card"),
    ("report", "report"),
    ("consent", "consent form"),
    ("other", "other paper"),
]
SCOPE = [
    ("report", "reports"),
    ("referral", "referral letters"),
    ("story", "a success story"),
    ("compliment", "a compliment"),
]
TO = [
    ("other_side", "the partner of this referral"),
    ("partner", "a partner named here"),
    ("care_team", "all clinicians who treat the patient"),
]
HOW = [("written", "in writing"), ("spoken", "spoken"), ("electronic", "an electronic form")]
ROLES = [
    ("primary_care", "primary care"),
    ("surgeon", "surgeon"),
    ("specialist", "specialist"),
    ("dentist", "dentist"),
    ("therapist", "therapist"),
    ("mental_health", "mental health"),
    ("other", "another clinician"),
]


def link_to(model, *, delete=django.db.models.deletion.PROTECT, name="+", **more):
    return models.ForeignKey(on_delete=delete, related_name=name, to=model, **more)


def own_fields(name):
    key = models.UUIDField(
        default=referralcrm.core.keys.new_id, editable=False, primary_key=True, serialize=False
    )
    practice = link_to(
        "practice.practice",
        delete=django.db.models.deletion.CASCADE,
        default=referralcrm.practice.scope.current_practice_id,
        editable=False,
    )
    referral = link_to("referrals.referral", delete=django.db.models.deletion.CASCADE, name=name)
    return [("id", key), ("practice", practice), ("referral", referral)]


def moment(**more):
    return models.DateTimeField(default=django.utils.timezone.now, editable=False, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0009_paperwork"),
        ("practice", "0009_batches"),
        ("referrals", "0012_enclosures_and_experiences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attachment",
            name="kind",
            field=models.CharField(choices=PAPER, default="fax", max_length=8),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                *own_fields("consents"),
                (
                    "scope",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=SCOPE, max_length=10), size=None
                    ),
                ),
                ("to", models.CharField(choices=TO, max_length=10)),
                ("given_on", models.DateField()),
                ("until", models.DateField(null=True)),
                ("given_how", models.CharField(choices=HOW, max_length=10)),
                ("words_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("recorded_at", moment()),
                ("withdrawn_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("partner", link_to("partners.partner", null=True)),
                ("paper", link_to("referrals.attachment", null=True)),
                ("recorded_by", link_to(settings.AUTH_USER_MODEL, null=True)),
                ("withdrawn_by", link_to(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={
                "ordering": ["given_on", "id"],
                "indexes": [models.Index(fields=["practice", "referral"], name="consent_of_referral")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("partner__isnull", False), ("to", "partner")),
                            models.Q(models.Q(("to", "partner"), _negated=True), ("partner__isnull", True)),
                            _connector="OR",
                        ),
                        name="consent_names_its_partner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until__isnull", True), ("until__gte", models.F("given_on")), _connector="OR"
                        ),
                        name="consent_ends_after_it_began",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope__len__gt", 0)), name="consent_says_what"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareTeamMember",
            fields=[
                *own_fields("care_team"),
                ("role", models.CharField(choices=ROLES, max_length=14)),
                ("noted_at", moment()),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                ("noted_by", link_to(settings.AUTH_USER_MODEL, null=True)),
                ("partner", link_to("partners.partner", null=True)),
            ],
            options={
                "ordering": ["noted_at", "id"],
                "indexes": [
                    models.Index(fields=["practice", "referral"], name="care_team_of_referral"),
                    models.Index(fields=["practice", "partner"], name="care_team_by_partner"),
                    models.Index(
                        condition=models.Q(deleted_at__isnull=False),
                        fields=["practice", "deleted_at"],
                        name="care_team_in_trash",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("partner__isnull", False), ("role", "primary_care"), _connector="OR"
                        ),
                        name="care_team_none_is_primary_care",
                    ),
                ],
            },
        ),
        raise_wall("referrals_consent"),
        raise_wall("referrals_careteammember"),
        link(
            "referrals_consent",
            referral_id="referrals_referral",
            partner_id="partners_partner",
            paper_id="referrals_attachment",
            recorded_by_id="practice_user",
            withdrawn_by_id="practice_user",
        ),
        link(
            "referrals_careteammember",
            referral_id="referrals_referral",
            partner_id="partners_partner",
            noted_by_id="practice_user",
        ),
    ]
