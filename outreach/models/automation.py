"""When the automatic work is due, and the proof that it ran."""

from django.db import models
from django.utils import timezone

from outreach.states import RunState
from partners.states import Circle
from referralcrm.practice.models import PracticeOwned, scoped

CHECK_IN_DAYS = {Circle.INNER: 30, Circle.NETWORK: 60, Circle.LIGHT: 90}
DORMANT_DAYS = 180
SHORTEST_DAYS, LONGEST_DAYS = 7, 730


class Cadence(PracticeOwned):
    """How often we want to be in touch with a circle, in days; ``circle`` "dormant" is the stage."""

    circle = models.CharField(max_length=10, choices=[*Circle.choices, ("dormant", "dormant")])
    days = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["days"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "circle"], name="cadence_once"),
            models.CheckConstraint(
                condition=models.Q(days__gte=SHORTEST_DAYS, days__lte=LONGEST_DAYS), name="cadence_is_sane"
            ),
        ]


class Run(PracticeOwned):
    """One run of a job for one period (practice-local ISO week); the constraint makes it one."""

    job = models.CharField(max_length=30)
    period_key = models.CharField(max_length=10)
    state = models.CharField(max_length=8, choices=RunState, default=RunState.RUNNING)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "job", "period_key"], name="run_once_a_period")
        ]


class Heartbeat(models.Model):
    """The sweep and the beat were alive at this moment. One row a name, for the whole installation."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
