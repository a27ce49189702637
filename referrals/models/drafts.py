"""What was typed into the grid and is not logged yet."""

import json

from django.db import models
from django.utils import timezone

from referralcrm.core.crypto import unwrap, wrap
from referralcrm.practice.models import PracticeOwned, User, scoped


class DraftQuerySet(models.QuerySet):
    def of(self, person):
        """A person's own, in the order of the page: a row's key is later than that of the row above."""
        return self.filter(person=person).order_by("id")


class Draft(PracticeOwned):
    """One row of the grid as typed so far, sealed for the person who types it.

    Its id is the row's one-time key: it is there at most once, and logged at most once.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    box = models.BinaryField(editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)  # when its typing began
    kept_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = scoped(DraftQuerySet)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "person", "at"], name="draft_of_person"),
            models.Index(fields=["practice", "kept_at"], name="draft_by_age"),
        ]

    def __str__(self):
        return f"draft {self.pk}"

    @property
    def words(self) -> dict[str, str]:
        """The cells and the head of the sheet, by name. Raises Tampered."""
        return json.loads(unwrap(self.box, bound_to=self._place))

    @words.setter
    def words(self, words: dict[str, str]):
        self.box = wrap(json.dumps(words).encode(), bound_to=self._place)

    @property
    def _place(self):
        return f"draft:{self.pk}:{self.person_id}"
