"""What allows our own clinicians to treat, where, and until when."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from referralcrm.practice import trash
from referralcrm.practice.models.practices import PracticeOwned, User, scoped

WARNED_BEFORE = timedelta(days=60)


class LicenceQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def valid_on(self, day):
        """Not over on a date; without a last day a registration stays."""
        return self.kept().filter(Q(expires_on__isnull=True) | Q(expires_on__gte=day))

    def to_renew(self, today):
        """Over, or over within 60 days, of people who work here and treat patients."""
        soon = self.kept().filter(expires_on__lte=today + WARNED_BEFORE)
        ours = soon.filter(person__is_active=True, person__sees_patients=True)
        return ours.annotate(person_name=F("person__name")).order_by("expires_on", "id")


class Licence(PracticeOwned):
    """A licence or registration of one of us; ``place`` is where it allows to treat (state, region, country).

    ``expires_on`` is its last day.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="licences")
    name = models.CharField("licence or registration", max_length=80)
    number = models.CharField(max_length=40, blank=True)
    place = models.CharField("valid in", max_length=60)
    expires_on = models.DateField("last day", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(LicenceQuerySet)

    class Meta:
        ordering = ["place", "name", "id"]
        indexes = [
            models.Index(fields=["practice", "person"], name="licence_of_person"),
            trash.index("licence_in_trash"),
        ]

    def __str__(self):
        return f"{self.name} ({self.place})"
