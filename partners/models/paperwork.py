"""What a partner wants to have with a referral: their paperwork, done for them."""

from django.db import models

from partners.models.partners import Partner
from partners.states import GoesWith
from referralcrm.practice import trash
from referralcrm.practice.models import PracticeOwned, scoped


class PaperworkQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def with_a(self, goes_with):
        """What goes with this (``GoesWith``), in order."""
        return self.filter(goes_with__in=[goes_with, GoesWith.BOTH])


class Paperwork(PracticeOwned):
    """One line of a partner's checklist ("X-ray on CD"). It never names a patient.

    ``place`` orders the list; it leaves gaps and, after a merge, has doubles.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="paperwork")
    what = models.CharField("what they want", max_length=120)
    goes_with = models.CharField("goes with", max_length=8, choices=GoesWith, default=GoesWith.REFERRAL)
    place = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(PaperworkQuerySet)

    class Meta:
        ordering = ["place", "id"]
        indexes = [
            models.Index(fields=["practice", "partner", "place"], name="paperwork_of_partner"),
            trash.index("paperwork_in_trash"),
        ]

    def __str__(self):
        return self.what
