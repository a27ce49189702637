from django.db import migrations

from referralcrm.core.wall import link, raise_wall

TABLES = ["referrals_patient", "referrals_referral", "referrals_journeyevent", "referrals_obligation"]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_referrals"), ("partners", "0002_wall")]

    operations = [
        *map(raise_wall, TABLES),
        link(
            "referrals_referral",
            partner_id="partners_partner",
            organisation_id="partners_organisation",
            patient_id="referrals_patient",
            service_id="practice_service",
            discipline_id="partners_discipline",
            location_id="practice_location",
            clinician_id="practice_user",
            entered_by_id="practice_user",
            redirected_to_id="referrals_referral",
        ),
        link("referrals_journeyevent", referral_id="referrals_referral", by_id="practice_user"),
        link("referrals_obligation", referral_id="referrals_referral"),
    ]
