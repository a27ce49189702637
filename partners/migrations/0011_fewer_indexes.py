import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import referralcrm.practice.scope


class Migration(migrations.Migration):
    """The wall's key, or another index, finds what these indexes found; no row is looked at."""

    dependencies = [
        ("partners", "0010_partner_by_backup"),
        ("practice", "0009_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="affiliation",
            name="practice",
            field=models.ForeignKey(
                db_index=False,
                default=referralcrm.practice.scope.current_practice_id,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="practice.practice",
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="merged_into",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="partners.organisation",
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="practice",
            field=models.ForeignKey(
                db_index=False,
                default=referralcrm.practice.scope.current_practice_id,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="practice.practice",
            ),
        ),
        migrations.AlterField(
            model_name="partner",
            name="backup",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="partner",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="partner",
            name="practice",
            field=models.ForeignKey(
                db_index=False,
                default=referralcrm.practice.scope.current_practice_id,
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="practice.practice",
            ),
        ),
    ]
