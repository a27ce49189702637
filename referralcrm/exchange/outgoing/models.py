"""A list that somebody took out, and the parts that it is written in."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from referralcrm.practice.models import PracticeOwned, StoredFile, User, scoped

KEPT_DAYS = 7
ROWS_A_PART = 5_000
PARTS_A_FILE = 10  # so that a file is put together in a moment, and any spreadsheet opens it


class ExportQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(finished_at__isnull=True, failed_at__isnull=True)

    def to_forget(self, now):
        return self.filter(created_at__lt=now - timedelta(days=KEPT_DAYS))

    def open_to(self, *, who_may_name: bool):
        """Those that may be fetched by somebody who may, or may not, see patients' names."""
        return self if who_may_name else self.filter(has_names=False)


class Export(PracticeOwned):
    """The rows of a list as they were chosen: ``kind`` names them, ``query`` is the list's query string,
    ``here`` the key of the location it showed.

    ``as_seen``: with the columns of the page; else with all there are. ``has_names`` says whether patients
    are named. ``total`` are the rows found, once they are listed; ``position`` those written.
    """

    kind = models.CharField(max_length=20)
    query = models.TextField(blank=True)
    here = models.UUIDField(null=True)
    as_seen = models.BooleanField(default=False, db_default=False)
    has_names = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    total = models.PositiveIntegerField(null=True)
    position = models.PositiveIntegerField(default=0)
    stumbles = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    objects = scoped(ExportQuerySet)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["practice", "-created_at", "-id"], name="export_newest"),
            models.Index(
                fields=["practice"],
                name="export_waiting",
                condition=models.Q(finished_at__isnull=True, failed_at__isnull=True),
            ),
        ]

    def __str__(self):
        return f"export {self.pk}"

    @property
    def is_at_work(self) -> bool:
        return self.finished_at is None and self.failed_at is None

    @property
    def kept_until(self):
        return self.created_at + timedelta(days=KEPT_DAYS)

    @property
    def files(self) -> list[tuple[int, int, int]]:
        """(number, first row, last row) of each file it can be fetched as, counting from 1."""
        size = ROWS_A_PART * PARTS_A_FILE
        firsts = range(1, max(self.total or 0, 1) + 1, size)
        return [(at, first, min(first + size - 1, self.position)) for at, first in enumerate(firsts, start=1)]


class PartQuerySet(models.QuerySet):
    def to_write(self):
        return self.filter(file__isnull=True)


class ExportPart(PracticeOwned):
    """Some rows in order: their ``keys``, then their ``file``, sealed CSV without a header.

    ``number`` counts from 0.
    """

    of = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    keys = ArrayField(models.UUIDField(), default=list, db_default=[])
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    objects = scoped(PartQuerySet)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="export_part_once")]
