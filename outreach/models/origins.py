"""What led to a referral, as people tell it. It is told, never counted: no number says "because of"."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from outreach.models.touchpoints import Touchpoint
from outreach.states import OriginKind
from partners.models import Partner
from referralcrm.practice.models import PracticeOwned, User, scoped
from referrals.models import Referral


class Origin(PracticeOwned):
    """One for a referral: a contact or event of ours, or who introduced us. Never a patient's name."""

    referral = models.OneToOneField(Referral, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=OriginKind)
    touchpoint = models.ForeignKey(Touchpoint, null=True, on_delete=models.PROTECT, related_name="+")
    introduced_by = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=OriginKind.CONTACT, touchpoint__isnull=False, introduced_by__isnull=True)
                | Q(kind=OriginKind.INTRODUCTION, touchpoint__isnull=True, introduced_by__isnull=False)
                | (
                    Q(kind=OriginKind.EVENT, touchpoint__isnull=True, introduced_by__isnull=True)
                    & ~Q(words="")
                ),
                name="origin_names_what_it_was",
            )
        ]
