"""Where the report about the patient is: one row per report that one side promised the other."""

from django.db import models
from django.db.models import Q

from referralcrm.practice.models import PracticeOwned, scoped
from referrals.models.referrals import Referral
from referrals.states import Loop, ReportKind, Side


class ObligationQuerySet(models.QuerySet):
    def ours(self):
        return self.filter(side=Side.US)

    def theirs(self):
        return self.filter(side=Side.THEM)

    def due(self):
        return self.filter(state=Loop.DUE)

    def overdue(self, today):
        return self.due().filter(due_on__lt=today)


class Obligation(PracticeOwned):
    """One report. The clock starts when the patient attended; "overdue" is derived from ``due_on``."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="obligations")
    kind = models.CharField(max_length=10, choices=ReportKind, default=ReportKind.INITIAL)
    side = models.CharField(max_length=4, choices=Side)
    state = models.CharField(max_length=14, choices=Loop, default=Loop.NOT_DUE)
    due_on = models.DateField(null=True)
    due_because = models.CharField(max_length=120, blank=True)
    sent_on = models.DateField(null=True)
    acknowledged_on = models.DateField(null=True)
    not_required_because = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(ObligationQuerySet)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "side", "due_on"], name="obligation_due", condition=Q(state=Loop.DUE)
            ),
            models.Index(fields=["practice", "referral"], name="obligation_of_referral"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["referral", "kind", "side"], name="obligation_once"),
            models.CheckConstraint(
                condition=~Q(state=Loop.DUE) | Q(due_on__isnull=False), name="obligation_due_has_a_date"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[Loop.SENT, Loop.RECEIVED]) | Q(sent_on__isnull=False),
                name="obligation_sent_has_a_date",
            ),
        ]
