from django.db import migrations

import referralcrm.core.sealed


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0028_why_closed"),
    ]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="because_sealed",
            field=referralcrm.core.sealed.SealedField(default=b"", editable=False),
        ),
    ]
