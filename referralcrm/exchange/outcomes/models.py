"""A file of outcomes, kept while somebody works with it."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from referralcrm.practice.models import PracticeOwned, StoredFile, User, scoped

KEPT_DAYS = 7


class OutcomeFileQuerySet(models.QuerySet):
    def to_forget(self, now):
        return self.filter(created_at__lt=now - timedelta(days=KEPT_DAYS))


class OutcomeFile(PracticeOwned):
    """``matched`` is {field key: column index}. What becomes of its rows is decided anew at each look."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    matched = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = scoped(OutcomeFileQuerySet)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["practice", "-created_at"], name="outcome_file_newest")]

    def __str__(self):
        return f"outcomes {self.pk}"

    @property
    def kept_until(self):
        return self.created_at + timedelta(days=KEPT_DAYS)
