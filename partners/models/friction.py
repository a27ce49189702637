"""What was hard for a partner in working with us."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from partners.models.partners import Partner
from referralcrm.practice import trash
from referralcrm.practice.models import PracticeOwned, User, scoped


class FrictionQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def open(self):
        """Not answered yet: automatic mail to the partner waits meanwhile."""
        return self.kept().filter(answered_on__isnull=True)


class Friction(PracticeOwned):
    """One thing that was hard for a partner, and what we answered. It never names a patient.

    ``opened_at`` is when it last became open here; what a person let go after that leaves.
    """

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="frictions")
    trouble = models.TextField("what was hard for them", max_length=1000)
    happened_on = models.DateField("when")
    told_by = models.CharField("who told us", max_length=120, blank=True)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="who answers"
    )
    answer = models.TextField("what we answered", max_length=1000, blank=True)
    answered_on = models.DateField(null=True, editable=False)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(FrictionQuerySet)

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [
            models.Index(fields=["practice", "partner", "-happened_on"], name="friction_by_partner"),
            models.Index(
                fields=["practice", "partner"],
                name="friction_open",
                condition=Q(answered_on__isnull=True, deleted_at__isnull=True),
            ),
            trash.index("friction_in_trash"),
        ]

    def __str__(self):
        return f"what was hard for {self.partner}"
