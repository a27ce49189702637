"""What the finder looks things up in: conditions in our own words, and where postcodes are."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Replace, Upper

from referralcrm.practice.models import Listed


class Condition(Listed):
    """A condition or need as people call it here, with who helps.

    ``words`` are other names and the special interests that fit it; ``disciplines`` are ids of Discipline
    rows, which are retired and never deleted.
    """

    words = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    disciplines = ArrayField(models.UUIDField(), default=list, blank=True)
    is_active = models.BooleanField("in use", default=True)


class Postcode(Listed):
    """Where a postcode, or a whole postcode district, is: degrees north and east, entered by the practice."""

    LONGEST_NAME = 12

    name = models.CharField("postcode or district", max_length=LONGEST_NAME)
    latitude = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    is_active = models.BooleanField("in use", default=True)

    class Meta(Listed.Meta):
        constraints = [
            *Listed.Meta.constraints,
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="postcode_is_on_earth",
            ),
        ]


def written_together(field):
    """A postcode column without its blanks and in capitals: " sw1a 1aa" is "SW1A1AA"."""
    return Upper(Replace(F(field), Value(" "), Value("")))
