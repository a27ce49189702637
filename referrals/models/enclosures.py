"""What goes with a referral: the lines of the partner's checklist, and what was written down besides."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from partners.models import Paperwork
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice.models import PracticeOwned, User, scoped
from referrals.models.referrals import Referral
from referrals.states import Enclosed


class Enclosure(PracticeOwned):
    """Where one such thing is, who said so and when; a line nobody touched yet has no row.

    ``what`` is the partner's line as it read when it was ticked; ``words`` is typed for this patient
    and stands where there is no ``paperwork``.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="enclosures")
    paperwork = models.ForeignKey(Paperwork, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=120, blank=True)
    words_sealed = SealedField()
    words = Sealed("words_sealed", keeper="patient")
    state = models.CharField(max_length=10, choices=Enclosed, default=Enclosed.TO_FOLLOW)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["practice", "referral"], name="enclosure_of_referral")]
        constraints = [
            models.UniqueConstraint(
                fields=["referral", "paperwork"],
                name="enclosure_once_a_line",
                condition=Q(paperwork__isnull=False),
            )
        ]

    @property
    def patient(self):
        """Whose key seals the words."""
        return self.referral.patient
