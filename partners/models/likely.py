"""Pairs that may be one and the same, found in the background and shown to people."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Subquery
from django.utils import timezone

from partners.models.organisations import Organisation
from partners.models.partners import Partner
from partners.states import Likeness
from referralcrm.practice.models import PracticeOwned, User, scoped

MODELS = {"partner": Partner, "organisation": Organisation}


class LikelyPairQuerySet(models.QuerySet):
    def waiting(self, kind):
        """Of "partner" or "organisation": neither dismissed, nor in the trash or merged; likeliest first."""
        kept = MODELS[kind].objects.kept().order_by().values("pk")
        rows = self.filter(kind=kind, dismissed_at__isnull=True, first__in=kept, second__in=kept)
        return rows.order_by("-nearness", "pk")

    def how_many(self, kind):
        """The number of those ``waiting``, as an expression: a list's own query brings it along."""
        waiting = self.waiting(kind).order_by().values("kind")
        return Subquery(waiting.annotate(number=Count("pk")).values("number"))


class LikelyPair(PracticeOwned):
    """Two rows of one ``kind`` (a model's name) and why they may be one; ``first`` is the lower key."""

    kind = models.CharField(max_length=16)
    first = models.UUIDField()
    second = models.UUIDField()
    reasons = ArrayField(models.CharField(max_length=10, choices=Likeness))
    nearness = models.FloatField()
    found_at = models.DateTimeField(default=timezone.now)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = scoped(LikelyPairQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "kind", "first", "second"], name="likely_pair_once"),
            models.CheckConstraint(condition=models.Q(first__lt=F("second")), name="likely_pair_in_order"),
        ]

    @property
    def in_words(self) -> str:
        """Why, as people say it."""
        words = [Likeness(reason).label for reason in self.reasons]
        return ", ".join(words)


class DuplicateSearch(PracticeOwned):
    """When the practice was last searched for duplicates; one row."""

    searched_at = models.DateTimeField(null=True)

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="duplicate_search_once")]
