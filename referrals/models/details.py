"""What a referral came without: whom we asked for it, and whether the answer is here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from partners.models import Contact
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice.models import PracticeOwned, User, scoped
from referrals.models.referrals import Referral
from referrals.states import Detail


class DetailsRequestQuerySet(models.QuerySet):
    def open(self):
        """Asked, and not answered yet."""
        return self.filter(answered_on__isnull=True)


class DetailsRequest(PracticeOwned):
    """One question to the referrer's office. ``contact`` is whom we asked there; None: the partner."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="details_requests")
    missing = ArrayField(models.CharField(max_length=12, choices=Detail), default=list)
    words_sealed = SealedField()
    words = Sealed("words_sealed", keeper="patient")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(DetailsRequestQuerySet)

    class Meta:
        ordering = ["asked_on", "id"]
        indexes = [
            models.Index(fields=["practice", "referral"], name="details_of_referral"),
            models.Index(
                fields=["practice", "asked_on"], name="details_open", condition=Q(answered_on__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=models.F("asked_on")),
                name="details_answered_after_asked",
            ),
        ]

    @property
    def patient(self):
        """Whose key seals the words."""
        return self.referral.patient

    @property
    def whom(self) -> str:
        """The contact, or the partner, by name."""
        return self.contact.name if self.contact else self.referral.other_side

    @property
    def what(self) -> list[str]:
        """The missing details as labels."""
        return [Detail(detail).label for detail in self.missing]
