from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("partners", "0012_agreements"), ("referrals", "0016_reports")]

    operations = [
        migrations.AlterModelOptions(name="obligation", options={"ordering": ["id"]}),
        migrations.AddField(
            model_name="obligation",
            name="number",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(model_name="obligation", name="reached_on", field=models.DateField(null=True)),
        migrations.AddField(model_name="obligation", name="visit_on", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="referral", name="acknowledge_by", field=models.DateField(editable=False, null=True)
        ),
        migrations.AddField(
            model_name="referral", name="acknowledged_on", field=models.DateField(editable=False, null=True)
        ),
        migrations.AddField(
            model_name="referral", name="appointment_by", field=models.DateField(editable=False, null=True)
        ),
        migrations.AddField(
            model_name="referral",
            name="visits",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(model_name="referral", name="visits_on", field=models.DateField(null=True)),
        migrations.AlterField(
            model_name="obligation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("initial", "first report"),
                    ("interim", "progress report"),
                    ("final", "final report"),
                ],
                default="initial",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="obligation",
            name="state",
            field=models.CharField(
                choices=[
                    ("not_due", "not due yet"),
                    ("due", "due"),
                    ("paused", "paused"),
                    ("sent", "sent"),
                    ("received", "received"),
                    ("acknowledged", "confirmed"),
                    ("not_required", "not required"),
                ],
                default="not_due",
                max_length=14,
            ),
        ),
    ]
