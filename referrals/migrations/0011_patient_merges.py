import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import referralcrm.core.keys
import referralcrm.core.sealed
import referralcrm.practice.scope
from referralcrm.core.wall import link, raise_wall


def link_to(model, *, delete=django.db.models.deletion.PROTECT, name="+", **more):
    return models.ForeignKey(on_delete=delete, related_name=name, to=model, **more)


def own_fields():
    key = models.UUIDField(
        default=referralcrm.core.keys.new_id, editable=False, primary_key=True, serialize=False
    )
    practice = link_to(
        "practice.practice",
        delete=django.db.models.deletion.CASCADE,
        default=referralcrm.practice.scope.current_practice_id,
        editable=False,
    )
    return [("id", key), ("practice", practice)]


def ids():
    return django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)


def moment(**more):
    return models.DateTimeField(default=django.utils.timezone.now, editable=False, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0004_saved_views"),
        ("referrals", "0010_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="patient",
            name="merged_into",
            field=link_to("referrals.patient", db_index=False, editable=False, null=True),
        ),
        migrations.CreateModel(
            name="PatientMerge",
            fields=[
                *own_fields(),
                ("moved", ids()),
                ("stayed", ids()),
                ("before_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("after_sealed", referralcrm.core.sealed.SealedField(default=b"")),
                ("made_at", moment()),
                ("undone_at", models.DateTimeField(editable=False, null=True)),
                ("by", link_to(settings.AUTH_USER_MODEL, null=True)),
                ("merged", link_to("referrals.patient")),
                ("survivor", link_to("referrals.patient", name="merges")),
            ],
            options={
                "ordering": ["made_at", "id"],
                "indexes": [models.Index(fields=["practice", "survivor"], name="merge_of_patient")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(undone_at__isnull=True),
                        fields=["merged"],
                        name="patient_merged_once",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(survivor=models.F("merged")),
                        name="patient_merged_with_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TwoPatients",
            fields=[
                *own_fields(),
                ("said_at", moment()),
                ("one", link_to("referrals.patient", delete=django.db.models.deletion.CASCADE)),
                ("other", link_to("referrals.patient", delete=django.db.models.deletion.CASCADE)),
                ("said_by", link_to(settings.AUTH_USER_MODEL, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["practice", "one", "other"], name="two_patients_once"),
                    models.CheckConstraint(
                        condition=models.Q(one__lt=models.F("other")), name="two_patients_in_order"
                    ),
                ],
            },
        ),
        raise_wall("referrals_patientmerge"),
        raise_wall("referrals_twopatients"),
        link("referrals_patient", merged_into_id="referrals_patient"),
        link(
            "referrals_patientmerge",
            survivor_id="referrals_patient",
            merged_id="referrals_patient",
            by_id="practice_user",
        ),
        link(
            "referrals_twopatients",
            one_id="referrals_patient",
            other_id="referrals_patient",
            said_by_id="practice_user",
        ),
    ]
