"""Contacts that happened."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from outreach.states import REAL_CONTACTS, TouchpointKind
from partners.models import Partner
from referralcrm.practice import trash
from referralcrm.practice.models import PracticeOwned, User, scoped


class TouchpointQuerySet(models.QuerySet):
    def kept(self):
        return self.filter(deleted_at__isnull=True)

    def real(self):
        """Those that reset the clock: every kind but a note to ourselves."""
        return self.kept().filter(kind__in=REAL_CONTACTS)


class Touchpoint(PracticeOwned):
    """One contact with one partner; several partners at once make one row each with one ``occasion``."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=TouchpointKind, default=TouchpointKind.CALL)
    by_them = models.BooleanField("they contacted us", default=False)
    happened_on = models.DateField()
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    occasion = models.UUIDField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(TouchpointQuerySet)

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [
            models.Index(
                fields=["practice", "partner", "-happened_on"],
                name="touchpoint_by_partner",
                condition=Q(deleted_at__isnull=True),
            ),
            models.Index(fields=["practice", "-happened_on"], name="touchpoint_newest"),
            trash.index("touchpoint_in_trash"),
        ]
