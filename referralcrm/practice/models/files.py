"""Files, sealed piece by piece."""

from django.db import models
from django.utils import timezone

from referralcrm.core.sealed import SealedField
from referralcrm.practice.models.practices import PracticeOwned, scoped


class StoredFile(PracticeOwned):
    """A file that came in or that we made, in sealed pieces; ``practice.files`` reads and writes it.

    ``wrapped_key`` is its own key: wrapped by the keyring, or sealed with that of whom it is about.
    """

    wrapped_key = models.BinaryField(editable=False)
    name_sealed = SealedField()
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField("bytes", default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = scoped(models.QuerySet)

    def __str__(self):
        return f"file {self.pk}"


class FilePiece(PracticeOwned):
    """One sealed piece of a file, in order from 0."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    box = models.BinaryField()

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="file_piece_once")]
