from django.db import migrations

from referralcrm.core.wall import link, raise_wall

TABLES = [
    "practice_location",
    "practice_service",
    "practice_plan",
    "practice_closedday",
    "practice_submission",
]


class Migration(migrations.Migration):
    dependencies = [("practice", "0001_practice_and_people")]

    operations = [
        *map(raise_wall, TABLES),
        migrations.RunSQL(
            "ALTER TABLE practice_user ADD CONSTRAINT practice_user_in_practice UNIQUE (practice_id, id)",
            "ALTER TABLE practice_user DROP CONSTRAINT practice_user_in_practice",
        ),
        link("practice_user", home_location_id="practice_location"),
    ]
