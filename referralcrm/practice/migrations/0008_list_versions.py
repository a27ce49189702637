from django.db import migrations, models

VERSION = {"name": "version", "field": models.PositiveIntegerField(default=1, editable=False)}


class Migration(migrations.Migration):
    dependencies = [("practice", "0007_closed_days_in_trash")]

    operations = [
        *[migrations.AddField(model_name=name, **VERSION) for name in ("location", "service", "plan")],
        migrations.AddField(
            model_name="location",
            name="email",
            field=models.EmailField(blank=True, default="", max_length=254, verbose_name="e-mail"),
            preserve_default=False,
        ),
    ]
