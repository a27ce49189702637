from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0018_thanks_for_reports"),
    ]

    operations = [
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[
                    ("check_in", "keep in touch"),
                    ("thank_card", "thank with a handwritten card"),
                    ("thank_call", "thank with a call"),
                    ("personal_thanks", "thank in person"),
                    ("ask_source", "ask who recommended us"),
                    ("quality", "look into a quality flag"),
                    ("next_step", "next step"),
                    ("send_report", "post or fax a report"),
                    ("chase", "ask for a report"),
                    ("send_story", "post a story"),
                    ("refer_back", "suggest a primary-care clinician"),
                    ("meet", "meet them"),
                    ("introduce", "introduce yourself"),
                    ("other", "task"),
                ],
                default="other",
                max_length=16,
            ),
        ),
    ]
