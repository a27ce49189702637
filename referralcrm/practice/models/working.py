"""How people work with lists and forms: sent once, views that are kept, several rows at once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from referralcrm.practice import trash
from referralcrm.practice.models.practices import PracticeOwned, User, scoped


class Submission(PracticeOwned):
    """A form that was sent, so that sending it twice answers once."""

    key = models.UUIDField()
    body_hash = models.CharField(max_length=64)
    answer = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "key"], name="submission_once")]


class SavedViewQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def open_to(self, person):
        """One's own, and what others share."""
        return self.kept().filter(models.Q(owner=person) | models.Q(is_shared=True))


class SavedView(PracticeOwned):
    """A named way to look at a list: its query string (filters and order) and its columns."""

    slug = models.CharField("list", max_length=20, editable=False)
    name = models.CharField(max_length=60)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, editable=False, related_name="+")
    is_shared = models.BooleanField("everybody here sees it", default=False)
    query = models.CharField(max_length=2000, blank=True, editable=False)
    columns = ArrayField(models.CharField(max_length=20), default=list, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(SavedViewQuerySet)

    class Meta:
        ordering = ["name", "id"]
        indexes = [trash.index("savedview_in_trash")]
        constraints = [
            models.UniqueConstraint(
                "practice",
                "owner",
                "slug",
                Lower("name"),
                condition=models.Q(deleted_at__isnull=True),
                name="saved_view_name_once",
                violation_error_message="You have a view of this name already.",
            )
        ]

    def __str__(self):
        return self.name


class Batch(PracticeOwned):
    """Several rows of one list changed at once, with what each was before, so that it can be taken back.

    ``rows`` is row id → {"version": after the change, "before": {field: value}}; never a word of a patient.
    """

    slug = models.CharField("list", max_length=20)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200)
    rows = models.JSONField(default=dict)
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["practice", "slug", "-at"], name="batch_newest")]

    def __str__(self):
        return self.what
