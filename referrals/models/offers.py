"""Whom we offered a patient, and whom the patient chose."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone

from partners.models import Partner
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice.models import PracticeOwned, scoped
from referrals.models.referrals import Referral


class Offer(PracticeOwned):
    """One partner among those named to the patient of a sent referral.

    ``own_wish``: nobody of ours proposed them, the patient asked for them. ``place`` is the order in
    which they were shown. ``because`` says why we could not refer to somebody who was spoken of.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="offers")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    is_chosen = models.BooleanField(default=False)
    own_wish = models.BooleanField(default=False)
    place = models.PositiveSmallIntegerField(default=0)
    because_sealed = SealedField()
    because = Sealed("because_sealed", keeper="patient")  # why we could not refer to them
    offered_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["place", "id"]
        indexes = [models.Index(fields=["practice", "referral"], name="offer_of_referral")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "referral"], name="one_offer_is_chosen", condition=Q(is_chosen=True)
            )
        ]

    @property
    def patient(self):
        """Whose key seals the reason."""
        return self.referral.patient


def whom_offered() -> ArraySubquery:
    """Whom the patient of a referral was offered, for ``annotate``; no query of its own."""
    names = ("id", "partner_id", "is_chosen", "own_wish", "because_sealed")
    row = JSONObject(**{name: name for name in names}, name="partner__name")
    return ArraySubquery(
        Offer.objects.filter(referral=OuterRef("pk")).order_by("place", "id").values(row=row)
    )
