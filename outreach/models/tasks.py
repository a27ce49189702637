"""What a person must do."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from outreach.models.touchpoints import Touchpoint
from outreach.states import ABOUT_A_PARTNER, TaskKind, TaskState
from partners.models import Partner
from partners.states import Stage
from referralcrm.practice import trash
from referralcrm.practice.models import Location, PracticeOwned, User, scoped
from referralcrm.practice.places import shown_at
from referrals.models import Referral


class TaskQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def open(self):
        return self.kept().filter(state=TaskState.REQUESTED)

    def sensible(self):
        """Neither about what is in the trash, nor about being in touch with a partner who has ended."""
        rows = self.filter(Q(partner__isnull=True) | Q(partner__deleted_at__isnull=True))
        rows = rows.filter(Q(referral__isnull=True) | Q(referral__deleted_at__isnull=True))
        in_touch = [TaskKind.CHECK_IN, *sorted(ABOUT_A_PARTNER)]
        return rows.exclude(kind__in=in_touch, partner__stage=Stage.ENDED)

    def at(self, location):
        """What shows at a Location (None for everywhere)."""
        return self.filter(shown_at(location))

    def showing(self, today):
        """Open, sensible, and not snoozed beyond today."""
        rows = self.open().sensible()
        return rows.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=today))


class Task(PracticeOwned):
    """One thing to do, with owner and due date. ``title`` and ``why`` never name a patient.

    ``period_key`` makes a weekly task unique for its partner and week.
    """

    kind = models.CharField(max_length=16, choices=TaskKind, default=TaskKind.OTHER)
    title = models.CharField(max_length=200)
    why = models.CharField("reason", max_length=300, blank=True)
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="+")
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(
        Location, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    snoozed_until = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=TaskState, default=TaskState.REQUESTED)
    period_key = models.CharField(max_length=10, blank=True)
    touchpoint = models.ForeignKey(Touchpoint, null=True, on_delete=models.PROTECT, related_name="+")
    skipped_because = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(TaskQuerySet)

    class Meta:
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(
                fields=["practice", "owner", "due_on"],
                name="task_open_by_owner",
                condition=Q(state=TaskState.REQUESTED),
            ),
            models.Index(fields=["practice", "partner", "-created_at"], name="task_by_partner"),
            models.Index(fields=["practice", "referral"], name="task_by_referral"),
            trash.index("task_in_trash"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "partner", "period_key"],
                name="task_once_a_period",
                condition=~Q(period_key=""),
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def can_be_deleted(self) -> bool:
        """Only what somebody wrote by hand; what the rules ask for is skipped, with a reason."""
        return self.kind == TaskKind.OTHER
