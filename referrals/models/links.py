"""How a partner outside gets in: a link that came by mail, and a code asked for through it.

What opens them is never stored. Of the link's token and of the code there is a keyed fingerprint, which
cannot be turned back, and until the mail has left a copy sealed with a key that the database does not hold.
"""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from partners.models import Partner
from referralcrm.core.sealed import SealedField
from referralcrm.practice.models import PracticeOwned, User, scoped

MOST_WRONG = 30  # codes that were not right, in the life of a link
MOST_TRIES = 5  # at one code
CODE_LASTS = timedelta(minutes=10)
VISIT_LASTS = timedelta(minutes=15)


class PortalLinkQuerySet(models.QuerySet):
    def usable(self):
        """Neither over nor revoked nor tried too often, to a partner who is still there."""
        return self.filter(
            expires_at__gt=timezone.now(),
            revoked_at__isnull=True,
            wrong__lt=MOST_WRONG,
            partner__deleted_at__isnull=True,
        )


class PortalLink(PracticeOwned):
    """A way in for one partner; what lies behind it points here."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    token_index = models.BinaryField(unique=True, editable=False)
    token_sealed = SealedField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    wrong = models.PositiveSmallIntegerField("codes that were not right", default=0)

    objects = scoped(PortalLinkQuerySet)

    class Meta:
        indexes = [models.Index(fields=["practice", "partner"], name="portal_link_by_partner")]

    @property
    def is_usable(self) -> bool:
        """Whether it still opens; its partner is not asked about."""
        return self.revoked_at is None and self.expires_at > timezone.now() and self.wrong < MOST_WRONG


class PortalCodeQuerySet(models.QuerySet):
    def open(self):
        """Still waiting to be typed."""
        return self.filter(expires_at__gt=timezone.now(), used_at__isnull=True, tries__lt=MOST_TRIES)

    def visiting(self):
        """Typed in, and the visit it began is not over."""
        return self.filter(used_at__gt=timezone.now() - VISIT_LASTS, left_at__isnull=True)


class PortalCode(PracticeOwned):
    """A one-time code through one link, and the visit that typing it began."""

    link = models.ForeignKey(PortalLink, on_delete=models.CASCADE, related_name="codes")
    code_index = models.BinaryField(editable=False)
    code_sealed = SealedField()
    address_index = models.BinaryField(editable=False)  # where it went, for the limit of an address
    caller_index = models.BinaryField(
        default=b"", db_default=b"", editable=False
    )  # who asked for it, likewise
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    objects = scoped(PortalCodeQuerySet)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "link", "-asked_at"], name="portal_code_of_link"),
            models.Index(fields=["practice", "address_index", "-asked_at"], name="portal_code_by_address"),
            models.Index(fields=["practice", "caller_index", "-asked_at"], name="portal_code_by_caller"),
        ]
