"""Indexes and constraints of the clocks, made while people work: nothing waits for a long lock."""

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.migrations import RunSQL, SeparateDatabaseAndState

STOPPED = ["not_due", "not_required", "paused"]
ONCE_EACH = models.UniqueConstraint(
    fields=["referral", "kind", "side", "number"], name="obligation_once_each"
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("referrals", "0017_clocks")]

    operations = [
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("acknowledge_by__isnull", False)),
                fields=["practice", "acknowledge_by"],
                name="referral_to_acknowledge",
            ),
        ),
        AddIndexConcurrently(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("appointment_by__isnull", False)),
                fields=["practice", "appointment_by"],
                name="referral_to_appoint",
            ),
        ),
        RunSQL(
            "CREATE UNIQUE INDEX CONCURRENTLY obligation_once_each"
            " ON referrals_obligation (referral_id, kind, side, number)",
            RunSQL.noop,
        ),
        SeparateDatabaseAndState(
            [
                RunSQL(
                    "ALTER TABLE referrals_obligation"
                    " ADD CONSTRAINT obligation_once_each UNIQUE USING INDEX obligation_once_each",
                    "ALTER TABLE referrals_obligation DROP CONSTRAINT obligation_once_each",
                )
            ],
            [migrations.AddConstraint(model_name="obligation", constraint=ONCE_EACH)],
        ),
        migrations.RemoveConstraint(model_name="obligation", name="obligation_once"),
        AddConstraintNotValid(
            model_name="obligation",
            constraint=models.CheckConstraint(
                condition=~models.Q(state__in=STOPPED) | models.Q(due_on__isnull=True),
                name="obligation_stopped_has_no_day",
            ),
        ),
        ValidateConstraint(model_name="obligation", name="obligation_stopped_has_no_day"),
        RunSQL(  # what the release before this one cannot hold
            RunSQL.noop,
            "UPDATE referrals_obligation SET state = 'not_due' WHERE state = 'paused';"
            " DELETE FROM referrals_obligation WHERE number > 1",
        ),
    ]
