import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0012_agreements"),
    ]

    operations = [
        migrations.AddField(
            model_name="partner",
            name="notices",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
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
                blank=True,
                db_default=[],
                default=list,
                size=None,
                verbose_name="wants to be told by e-mail when",
            ),
        ),
    ]
