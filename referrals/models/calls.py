"""Calls to patients who are not booked yet."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone

from referralcrm.practice.models import PracticeOwned, User, scoped
from referralcrm.practice.scope import current_practice
from referrals.models.referrals import Referral
from referrals.states import CallOutcome


@dataclass(frozen=True)
class Call:
    """One attempt as a page tells it."""

    entered_at: datetime
    outcome: str
    by: str

    @property
    def minute(self) -> str:
        """ "16:40", on the practice's clock."""
        return f"{self.entered_at.astimezone(current_practice().zone):%H:%M}"


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


def calls_made() -> ArraySubquery:
    """Every call about a referral, for ``annotate``: read with ``as_calls``; no query of its own."""
    calls = CallAttempt.objects.filter(referral=OuterRef("pk")).order_by("-at", "-id")
    return ArraySubquery(calls.values(row=JSONObject(at="at", outcome="outcome", by="by__name")))


def as_calls(rows) -> list[Call]:
    """What ``calls_made`` read, the newest first."""
    return [
        Call(datetime.fromisoformat(row["at"]), CallOutcome(row["outcome"]).label, row["by"] or "")
        for row in rows
    ]
