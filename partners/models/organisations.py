"""The professions we tell apart, and the places where partners work."""

from django.apps import apps
from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from partners.models.names import best_fit
from referralcrm.practice import trash
from referralcrm.practice.models import Plentiful, PracticeOwned, scoped
from referralcrm.practice.models.merged import link_to_survivor, merged_index


def _partners_by(field):
    """How many partners not in the trash point at a row by ``field``."""
    partners = apps.get_model("partners", "Partner").objects.kept().filter(**{field: OuterRef("pk")})
    counted = partners.order_by().values(field).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


class DisciplineQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(is_active=True)

    def with_partners(self):
        """With ``partner_count``, of those not in the trash."""
        return self.annotate(partner_count=_partners_by("discipline"))


class Discipline(PracticeOwned):
    """A profession or trade, from our own editable list; ``code`` is stored as given."""

    name = models.CharField(max_length=80)
    group = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField("in use", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(DisciplineQuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "practice",
                Lower("name"),
                name="discipline_name_once",
                violation_error_message="There is already one with this name.",
            )
        ]

    def __str__(self):
        return self.name


class Reachable(models.Model):
    """How somebody is reached."""

    phone = models.CharField(max_length=32, blank=True)
    fax = models.CharField(max_length=32, blank=True)
    email = models.EmailField("e-mail", blank=True)
    address = models.TextField(max_length=300, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    area = models.CharField(max_length=60, blank=True)
    hours = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True


class Mergeable(models.QuerySet):
    """What may be two rows for one, and be merged."""

    def kept(self):
        """Neither in the trash nor merged with another."""
        return self.filter(deleted_at__isnull=True, merged_into__isnull=True)

    def merged_away(self):
        """Merged with another that is kept, which is loaded as ``merged_into``."""
        rows = self.filter(merged_into__deleted_at__isnull=True, merged_into__isnull=False)
        return rows.select_related("merged_into")

    def with_email(self, text):
        """Those with this e-mail, whatever its case; nobody when ``text`` is none."""
        return self.filter(email__iexact=text) if "@" in text else self.none()


class OrganisationQuerySet(Mergeable):
    def with_people(self):
        """With ``partner_count``, of those whose main office it is and who are not in the trash."""
        return self.annotate(partner_count=_partners_by("organisation"))

    def matching(self, text):
        """Those whose name fits what was typed; best fit first."""
        return best_fit(self, text, "name")


class Organisation(Reachable, Plentiful):
    """An outside practice, hospital, gym, employer … where partners work."""

    name = models.CharField(max_length=160)
    website = models.URLField(blank=True)
    notes = models.TextField(max_length=4000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    merged_into = link_to_survivor()

    objects = scoped(OrganisationQuerySet)

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index("practice", Lower("name"), name="organisation_by_name"),
            trash.index("organisation_in_trash"),
            merged_index("organisation_merged"),
        ]

    def __str__(self):
        return self.name
