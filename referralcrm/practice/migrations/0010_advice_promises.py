import datetime

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0009_batches"),
    ]

    operations = [
        migrations.AlterField(
            model_name="practice",
            name="opens_at",
            field=models.TimeField(default=datetime.time(8, 0)),
        ),
        migrations.AlterField(
            model_name="practice",
            name="closes_at",
            field=models.TimeField(default=datetime.time(18, 0)),
        ),
        migrations.AddField(
            model_name="practice",
            name="advice_days",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                validators=[django.core.validators.MaxValueValidator(20)],
                verbose_name="working days until a colleague’s question is answered",
            ),
        ),
        migrations.AddField(
            model_name="practice",
            name="advice_urgent_hours",
            field=models.PositiveSmallIntegerField(
                db_default=2,
                default=2,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(40),
                ],
                verbose_name="working hours until an urgent question is answered",
            ),
        ),
    ]
