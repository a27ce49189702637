"""What merging two rows of one kind remembers, so that it can be taken apart exactly."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from referralcrm.practice.models import PracticeOwned, User, scoped

UNDO = timedelta(days=30)


class MergeQuerySet(models.QuerySet):
    def standing(self):
        """Not taken apart."""
        return self.filter(undone_at__isnull=True)

    def undoable(self):
        """That can still be taken apart."""
        return self.standing().filter(at__gte=timezone.now() - UNDO)


class Merge(PracticeOwned):
    """Two rows of one ``kind`` (a model's name) became one: ``merged`` is hidden behind ``survivor``."""

    kind = models.CharField(max_length=16)
    survivor = models.UUIDField()
    merged = models.UUIDField()
    merged_name = models.CharField(max_length=160)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = scoped(MergeQuerySet)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["practice", "kind", "survivor"], name="merge_by_survivor")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "merged"],
                name="merged_once",
                condition=Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(condition=~Q(survivor=models.F("merged")), name="merge_of_two"),
        ]

    @property
    def until(self):
        """The instant until which it can be taken apart."""
        return self.at + UNDO

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and self.until > timezone.now()


class MergedRow(PracticeOwned):
    """What one merge changed in one row: columns as they were before and as the merge left them.

    ``model`` is a label such as "outreach.task". Values are texts as Django serialises them; None is
    null. The keys are plain ids: the journal outlives the rows it speaks of.
    """

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    model = models.CharField(max_length=60)
    row = models.UUIDField()
    before = models.JSONField()
    after = models.JSONField()

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["practice", "merge", "model"], name="merged_row_of_merge"),
            models.Index(fields=["practice", "row"], name="merged_row_by_row"),
        ]
