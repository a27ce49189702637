from django.db import migrations

from referralcrm.core.wall import link, raise_wall

TABLES = [
    "outreach_rule",
    "outreach_message",
    "outreach_messagecause",
    "outreach_touchpoint",
    "outreach_task",
    "outreach_cadence",
    "outreach_run",
]


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_outreach"), ("referrals", "0002_wall")]

    operations = [
        *map(raise_wall, TABLES),
        link(
            "outreach_message",
            rule_id="outreach_rule",
            partner_id="partners_partner",
            person_id="practice_user",
            approved_by_id="practice_user",
            answered_by_id="practice_user",
        ),
        link(
            "outreach_messagecause",
            rule_id="outreach_rule",
            message_id="outreach_message",
            referral_id="referrals_referral",
        ),
        link("outreach_touchpoint", partner_id="partners_partner", by_id="practice_user"),
        link(
            "outreach_task",
            partner_id="partners_partner",
            referral_id="referrals_referral",
            owner_id="practice_user",
            touchpoint_id="outreach_touchpoint",
            closed_by_id="practice_user",
        ),
    ]
