"""What a partner asked to be told about the patients they sent us."""

from django.db import models
from django.db.models import F
from django.utils import timezone

from partners.models import Partner
from partners.states import News
from referralcrm.practice.models import PracticeOwned, scoped
from referrals.models.links import PortalLink
from referrals.models.referrals import Referral


class StatusNoticeQuerySet(models.QuerySet):
    def standing(self):
        """Not taken back, and about a referral of theirs that is neither in the trash nor an error."""
        rows = self.filter(withdrawn_at__isnull=True, referral__deleted_at__isnull=True)
        rows = rows.filter(referral__partner=F("partner"))  # it may turn out that somebody else made it
        return rows.exclude(referral__journey="entered_in_error")


class StatusNotice(PracticeOwned):
    """One thing that happened to one referral, told to the partner behind ``link``."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="notices")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=News)
    happened_on = models.DateField()
    link = models.ForeignKey(PortalLink, null=True, on_delete=models.PROTECT, related_name="notices")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    withdrawn_at = models.DateTimeField(null=True)

    objects = scoped(StatusNoticeQuerySet)

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [models.Index(fields=["practice", "referral"], name="notice_of_referral")]
