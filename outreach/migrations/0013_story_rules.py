from django.db import migrations, models
from django.template.loader import get_template

KINDS = ["story", "compliment"]


def text_of(kind, part):
    return get_template(f"outreach/mail/{kind}.{part}").template.source


def write_rules(apps, schema_editor):
    """A practice that is there already gets the rules a new one starts with."""
    Rule, Practice = apps.get_model("outreach", "Rule"), apps.get_model("practice", "Practice")
    for practice in Practice.objects.using(schema_editor.connection.alias):
        for kind in KINDS:
            Rule.objects.using(schema_editor.connection.alias).create(
                practice=practice,
                kind=kind,
                subject=text_of(kind, "subject").strip(),
                body=text_of(kind, "txt"),
            )


def remove_rules(apps, schema_editor):
    """As far as nothing has been sent by them."""
    rules = apps.get_model("outreach", "Rule").objects.using(schema_editor.connection.alias)
    apps.get_model("outreach", "MessageCause").objects.using(schema_editor.connection.alias).filter(
        rule__kind__in=KINDS
    ).delete()
    apps.get_model("outreach", "Message").objects.using(schema_editor.connection.alias).filter(
        rule__kind__in=KINDS
    ).delete()
    rules.filter(kind__in=KINDS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0012_quality_task"),
        ("practice", "0011_portal_days"),
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
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(write_rules, remove_rules),
    ]
