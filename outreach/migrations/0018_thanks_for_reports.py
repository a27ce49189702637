from django.db import migrations, models
from django.template.loader import get_template

KIND = "report_thanks"


def text_of(part):
    return get_template(f"outreach/mail/{KIND}.{part}").template.source


def write_rules(apps, schema_editor):
    """A practice that is there already gets the rule a new one starts with."""
    Rule, Practice = apps.get_model("outreach", "Rule"), apps.get_model("practice", "Practice")
    for practice in Practice.objects.using(schema_editor.connection.alias):
        Rule.objects.using(schema_editor.connection.alias).create(
            practice=practice, kind=KIND, subject=text_of("subject").strip(), body=text_of("txt")
        )


def remove_rules(apps, schema_editor):
    """With what was queued by them; tasks stay."""
    for name in ("MessageCause", "Message"):
        rows = apps.get_model("outreach", name).objects.using(schema_editor.connection.alias)
        rows.filter(rule__kind=KIND).delete()
    rules = apps.get_model("outreach", "Rule").objects.using(schema_editor.connection.alias)
    rules.filter(kind=KIND).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0017_sent_index"),
        ("practice", "0012_licences"),
    ]

    operations = [
        migrations.AlterField(
            model_name="rule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("thank_you", "Thanks for each patient"),
                    ("digest", "People to keep in touch with this week"),
                    ("report_notice", "A report is ready"),
                    ("status_notice", "News the partner asked for"),
                    ("portal_code", "The code for a link"),
                    ("story", "A success story"),
                    ("compliment", "A compliment passed on"),
                    ("report_thanks", "Thanks for a report"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(write_rules, remove_rules),
    ]
