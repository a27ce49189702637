from django.db import migrations

from referralcrm.core.wall import link, raise_wall

TABLES = [
    "partners_discipline",
    "partners_organisation",
    "partners_partner",
    "partners_partnerplan",
    "partners_affiliation",
    "partners_contact",
]


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_partners"), ("practice", "0002_wall")]

    operations = [
        *map(raise_wall, TABLES),
        link(
            "partners_partner",
            discipline_id="partners_discipline",
            organisation_id="partners_organisation",
            owner_id="practice_user",
            backup_id="practice_user",
        ),
        link("partners_partnerplan", partner_id="partners_partner", plan_id="practice_plan"),
        link("partners_affiliation", partner_id="partners_partner", organisation_id="partners_organisation"),
        link("partners_contact", partner_id="partners_partner"),
    ]
