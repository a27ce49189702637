"""What went well, told without the patient: a success story, or praise for a partner."""

from django.db import models
from django.utils import timezone

from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice import trash
from referralcrm.practice.models import PracticeOwned, User, scoped
from referrals.models.referrals import Referral
from referrals.states import StoryKind


class StoryQuerySet(models.QuerySet):
    def kept(self):
        return self.filter(deleted_at__isnull=True, referral__deleted_at__isnull=True)


class Story(PracticeOwned):
    """Words that nobody can be recognised by; sealed all the same until a person shares them."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="stories")
    kind = models.CharField(max_length=10, choices=StoryKind, default=StoryKind.STORY)
    words_sealed = SealedField()
    words = Sealed("words_sealed", keeper="patient")
    written_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now, editable=False)
    shared_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(StoryQuerySet)

    class Meta:
        ordering = ["written_at", "id"]
        indexes = [
            models.Index(fields=["practice", "referral"], name="story_of_referral"),
            trash.index("story_in_trash"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} of {self.written_at:%Y-%m-%d}"

    @property
    def patient(self):
        """Whose key seals the words."""
        return self.referral.patient
