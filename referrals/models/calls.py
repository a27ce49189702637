"""Calls to patients who are not booked yet."""

from django.db import models
from django.utils import timezone

from referralcrm.practice.models import PracticeOwned, User, scoped
from referralcrm.practice.scope import current_practice
from referrals.models.referrals import Referral
from referrals.states import CallOutcome


class CallAttempt(PracticeOwned):
    """One call that led to no appointment; ``number`` counts from 1 since the patient became one to book."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12, choices=CallOutcome, default=CallOutcome.NO_ANSWER)
    at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["practice", "referral", "-at"], name="call_of_referral")]

    @property
    def minute(self) -> str:
        """ "16:40", on the practice's clock."""
        return f"{self.at.astimezone(current_practice().zone):%H:%M}"
