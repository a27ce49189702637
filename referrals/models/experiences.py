"""What came of a referral we sent: what the patient said of it, and what somebody must look into."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice import trash
from referralcrm.practice.models import PracticeOwned, User, scoped
from referrals.models.referrals import Referral
from referrals.states import Felt


class KeptQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash, nor of a referral that is."""
        return self.filter(deleted_at__isnull=True, referral__deleted_at__isnull=True)


class QualityFlagQuerySet(KeptQuerySet):
    def open(self):
        """Not answered yet."""
        return self.kept().filter(answered_on__isnull=True)


class Experience(PracticeOwned):
    """How the patient found it, in one word and perhaps a sentence. Never counted up for a partner."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="experiences")
    felt = models.CharField(max_length=5, choices=Felt)
    words_sealed = SealedField()
    words = Sealed("words_sealed", keeper="patient")
    told_on = models.DateField()
    noted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(KeptQuerySet)

    class Meta:
        ordering = ["-told_on", "-id"]
        indexes = [trash.index("experience_in_trash")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "referral"],
                name="experience_once_a_referral",
                condition=Q(deleted_at__isnull=True),
            )
        ]

    @property
    def patient(self):
        """Whose key seals the words."""
        return self.referral.patient


class QualityFlag(PracticeOwned):
    """Something about a referral we sent that the manager must look into, and what came of it."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="quality_flags")
    words_sealed = SealedField()
    words = Sealed("words_sealed", keeper="patient")
    raised_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now, editable=False)
    answer_sealed = SealedField()
    answer = Sealed("answer_sealed", keeper="patient")
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(QualityFlagQuerySet)

    class Meta:
        ordering = ["raised_at", "id"]
        indexes = [
            models.Index(fields=["practice", "referral"], name="quality_of_referral"),
            trash.index("quality_flag_in_trash"),
        ]

    @property
    def patient(self):
        """Whose key seals both texts."""
        return self.referral.patient
