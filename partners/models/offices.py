"""Where partners work, from when to when, and who else answers there."""

from django.db import models
from django.db.models import F, Q

from partners.models.organisations import Organisation
from partners.models.partners import Partner
from partners.states import ContactRole
from referralcrm.practice import trash
from referralcrm.practice.models import Plentiful, PracticeOwned, scoped


class AffiliationQuerySet(models.QuerySet):
    def kept(self):
        return self.filter(deleted_at__isnull=True)

    def with_names(self):
        """With partner and organisation, so that a list needs no further query."""
        return self.select_related("partner", "organisation")

    def newest_first(self):
        """Those in force first, then the latest to end."""
        newest = F("until").desc(nulls_first=True), F("since").desc(nulls_last=True), "-id"
        return self.order_by(*newest)

    def on(self, day):
        """Those in force on a date."""
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=day), Q(until__isnull=True) | Q(until__gte=day)
        )


class Affiliation(Plentiful):
    """Where a partner works or worked, from and to; a referral keeps the office of its day.

    ``until_before`` is what ``until`` was before the partner's ending set it, to take that back.
    """

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="affiliations", db_constraint=False
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="affiliations", db_constraint=False
    )
    position = models.CharField(max_length=80, blank=True)
    since = models.DateField("from", null=True, blank=True)
    until = models.DateField("to", null=True, blank=True)
    ended_with_partner = models.BooleanField(default=False, editable=False)
    until_before = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(AffiliationQuerySet)

    class Meta:
        ordering = ["-since"]
        indexes = [trash.index("affiliation_in_trash")]
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(since__lte=F("until")),
                name="affiliation_starts_before_it_ends",
                violation_error_message="It ends before it starts.",
            )
        ]

    def __str__(self):
        return str(self.organisation)


class ContactQuerySet(models.QuerySet):
    def kept(self):
        return self.filter(deleted_at__isnull=True)


class Contact(PracticeOwned):
    """Other staff at a partner's office."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=ContactRole, default=ContactRole.RECEPTION)
    phone = models.CharField(max_length=32, blank=True)
    email = models.EmailField("e-mail", blank=True)
    note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(ContactQuerySet)

    class Meta:
        ordering = ["name"]
        indexes = [trash.index("contact_in_trash")]

    def __str__(self):
        return f"{self.name}, {self.get_role_display()}"
