"""One final report to one partner by one channel, and what became of it there."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from partners.models import Partner
from partners.states import AddressState
from referralcrm.practice.models import PracticeOwned, User, scoped
from referrals.models.links import PortalLink
from referrals.models.reports import Report
from referrals.states import BY_HAND, Closed, DeliveryChannel, Journey


class DeliveryQuerySet(models.QuerySet):
    def standing(self):
        """Not taken back."""
        return self.filter(revoked_at__isnull=True)

    def to_do(self):
        """Somebody has to post or fax it."""
        return self.standing().filter(sent_at__isnull=True)

    def behind(self, link):
        """What a link opens: nothing that was taken back, or is about an error or what is in the trash."""
        rows = self.standing().filter(link=link, partner=link.partner_id)
        rows = rows.filter(report__deleted_at__isnull=True, report__referral__deleted_at__isnull=True)
        return rows.exclude(report__referral__journey=Journey.ENTERED_IN_ERROR)

    def with_all(self):
        return self.select_related(
            "partner__organisation", "link", "report__referral__patient", "report__obligation"
        )


class Delivery(PracticeOwned):
    """Sent, opened, downloaded, confirmed: facts of their own. What is posted is sent when it is ticked."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="deliveries")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=DeliveryChannel)
    link = models.ForeignKey(PortalLink, null=True, on_delete=models.PROTECT, related_name="deliveries")
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    downloaded_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=12, choices=Closed, blank=True, db_default="")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(DeliveryQuerySet)

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [models.Index(fields=["practice", "report"], name="delivery_of_report")]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "partner", "channel"],
                condition=Q(revoked_at__isnull=True),
                name="delivery_once_a_channel",
            ),
            models.CheckConstraint(
                condition=Q(channel=DeliveryChannel.LINK, link__isnull=False)
                | (~Q(channel=DeliveryChannel.LINK) & Q(link__isnull=True)),
                name="delivery_by_link_has_one",
            ),
        ]

    @property
    def patient(self):
        return self.report.patient

    @property
    def is_to_do(self) -> bool:
        """Somebody has to post or fax it, and tick it."""
        return self.channel in BY_HAND and self.sent_at is None and self.revoked_at is None

    @property
    def is_open(self) -> bool:
        """Whether its link still leads to it."""
        return self.revoked_at is None and self.link is not None and self.link.is_usable

    @property
    def why_closed(self) -> str:
        """Why it is no longer to be had, in words, where that was not simply taken back."""
        if self.revoked_because in ("", Closed.TAKEN_BACK):
            return "taken back"
        return f"closed because {self.get_revoked_because_display()}"

    @property
    def facts(self) -> list[tuple]:
        """(what, when) in the order of a loop, as far as it came."""
        told = [
            (DeliveryChannel(self.channel).done, self.sent_at),
            ("opened", self.opened_at),
            ("downloaded", self.downloaded_at),
            ("confirmed received", self.confirmed_at),
            (self.why_closed, self.revoked_at),
        ]
        return [(what, at) for what, at in told if at]


def why_not(partner, channel) -> str:
    """Why this channel does not lead to the partner, in words; empty when it does."""
    if channel == DeliveryChannel.LINK and not partner.email:
        return f"{partner} has no e-mail address."
    if channel == DeliveryChannel.LINK and partner.has_opted_out:
        return f"{partner} asked for no e-mail."
    if channel == DeliveryChannel.LINK and partner.email_state == AddressState.BOUNCED:
        return f"Mail to {partner} came back."
    if channel == DeliveryChannel.FAX and not partner.fax:
        return f"{partner} has no fax number."
    return ""
