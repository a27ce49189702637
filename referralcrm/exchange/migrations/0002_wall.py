from django.db import migrations

from referralcrm.core.wall import link, raise_wall

TABLES = ["exchange_import", "exchange_headings", "exchange_note", "exchange_batch"]


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_imports"), ("practice", "0006_staging")]

    operations = [
        *map(raise_wall, TABLES),
        link("exchange_import", file_id="practice_storedfile", by_id="practice_user"),
        link("exchange_note", of_id="exchange_import"),
        link("exchange_batch", of_id="exchange_import"),
    ]
