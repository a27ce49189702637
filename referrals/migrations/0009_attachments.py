import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.core.sealed
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall

KINDS = [
    ("fax", "fax"),
    ("letter", "letter"),
    ("card", "card"),
    ("report", "report"),
    ("other", "other paper"),
]


def link_to(model, *, delete=django.db.models.deletion.CASCADE, name="+", **more):
    return models.ForeignKey(on_delete=delete, related_name=name, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0004_saved_views"),
        ("referrals", "0008_call_attempts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
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
                ("kind", models.CharField(choices=KINDS, default="fax", max_length=8)),
                ("received_on", models.DateField()),
                ("title_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "added_by",
                    link_to(settings.AUTH_USER_MODEL, delete=django.db.models.deletion.PROTECT, null=True),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="practice.storedfile",
                    ),
                ),
                (
                    "practice",
                    link_to(
                        "practice.practice",
                        default=referralcrm.practice.scope.current_practice_id,
                        editable=False,
                    ),
                ),
                ("referral", link_to("referrals.referral", name="attachments")),
            ],
            options={
                "ordering": ["received_on", "id"],
                "indexes": [
                    models.Index(fields=["practice", "referral"], name="attachment_of_referral"),
                    models.Index(
                        condition=models.Q(deleted_at__isnull=False),
                        fields=["practice", "deleted_at"],
                        name="attachment_in_trash",
                    ),
                ],
            },
        ),
        raise_wall("referrals_attachment"),
        link(
            "referrals_attachment",
            referral_id="referrals_referral",
            file_id="practice_storedfile",
            added_by_id="practice_user",
        ),
    ]
