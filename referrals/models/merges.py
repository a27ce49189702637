"""Two records of one patient: what a merge did, and which look-alikes are two people after all."""

import json
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice.models import PracticeOwned, User, scoped
from referrals.models.patients import Patient

UNDO_DAYS = 30


class PatientMergeQuerySet(models.QuerySet):
    def standing(self):
        """Not taken apart again."""
        return self.filter(undone_at__isnull=True)

    def undoable(self):
        return self.standing().filter(made_at__gte=timezone.now() - timedelta(days=UNDO_DAYS))


class PatientMerge(PracticeOwned):
    """``merged`` became ``survivor``. The ids of the referrals that moved and of those that were there.

    ``before`` and ``after`` say what the survivor's own words were and became, sealed with its key.
    """

    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    moved = ArrayField(models.UUIDField(), default=list)
    stayed = ArrayField(models.UUIDField(), default=list)
    before_sealed = SealedField()
    after_sealed = SealedField()
    before_text = Sealed("before_sealed", keeper="survivor")
    after_text = Sealed("after_sealed", keeper="survivor")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(PatientMergeQuerySet)

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["practice", "survivor"], name="merge_of_patient")]
        constraints = [
            models.UniqueConstraint(
                fields=["merged"], condition=Q(undone_at__isnull=True), name="patient_merged_once"
            ),
            models.CheckConstraint(condition=~Q(survivor=F("merged")), name="patient_merged_with_another"),
        ]

    @property
    def before(self) -> dict:
        return json.loads(self.before_text)

    @before.setter
    def before(self, words):
        self.before_text = json.dumps(words)

    @property
    def after(self) -> dict:
        return json.loads(self.after_text)

    @after.setter
    def after(self, words):
        self.after_text = json.dumps(words)


class TwoPatients(PracticeOwned):
    """Somebody looked: these two look alike and are two people. ``one`` has the smaller id."""

    one = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "one", "other"], name="two_patients_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="two_patients_in_order"),
        ]
