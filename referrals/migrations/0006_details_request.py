import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.core.sealed
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall

DETAILS = [
    ("phone", "the patient’s phone number"),
    ("birth_date", "the date of birth"),
    ("reason", "the reason for the referral"),
    ("insurer", "the insurer"),
    ("imaging", "imaging or findings"),
]


def link_to(model, *, delete=django.db.models.deletion.PROTECT, name="+", **more):
    return models.ForeignKey(on_delete=delete, related_name=name, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0003_endings_and_versions"),
        ("practice", "0002_wall"),
        ("referrals", "0005_patient_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="DetailsRequest",
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
                    "missing",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(choices=DETAILS, max_length=12),
                        default=list,
                        size=None,
                    ),
                ),
                ("words_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("asked_on", models.DateField()),
                ("answered_on", models.DateField(null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("asked_by", link_to(settings.AUTH_USER_MODEL, null=True)),
                ("contact", link_to("partners.contact", null=True)),
                (
                    "practice",
                    link_to(
                        "practice.practice",
                        delete=django.db.models.deletion.CASCADE,
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                    ),
                ),
                (
                    "referral",
                    link_to(
                        "referrals.referral",
                        delete=django.db.models.deletion.CASCADE,
                        name="details_requests",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_on", "id"],
                "indexes": [
                    models.Index(fields=["practice", "referral"], name="details_of_referral"),
                    models.Index(
                        condition=models.Q(answered_on__isnull=True),
                        fields=["practice", "asked_on"],
                        name="details_open",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(answered_on__isnull=True)
                        | models.Q(answered_on__gte=models.F("asked_on")),
                        name="details_answered_after_asked",
                    )
                ],
            },
        ),
        raise_wall("referrals_detailsrequest"),
        link(
            "referrals_detailsrequest",
            referral_id="referrals_referral",
            contact_id="partners_contact",
            asked_by_id="practice_user",
        ),
    ]
