import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practice", "0010_advice_promises"),
    ]

    operations = [
        migrations.AddField(
            model_name="practice",
            name="portal_days",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(365),
                ],
                verbose_name="days a link to a report opens it",
            ),
        ),
    ]
