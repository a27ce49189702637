"""A person, or an organisation without one, that we exchange patients with."""

from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import ExpressionWrapper, Max, Q
from django.db.models.functions import Lower
from django.utils import timezone

from partners.models.names import best_fit, likeness
from partners.models.organisations import Discipline, Mergeable, Organisation, Reachable
from partners.states import Accepting, AddressState, Channel, Circle, Ending, Kind, News, Stage
from referralcrm.practice import trash
from referralcrm.practice.addresses import place_lines
from referralcrm.practice.models import Plan, Plentiful, PracticeOwned, User, scoped, valid_zone
from referralcrm.practice.models.merged import link_to_survivor, merged_index

ALIKE = 0.6  # of pg_trgm's similarity: "Dr Adaeze Okafor" with "Adaeze Okaffor", not with "Dr Adam Okada"


def _is_given(value, condition):
    return ExpressionWrapper(condition if value else Q(pk__in=[]), output_field=models.BooleanField())


class PartnerQuerySet(Mergeable):
    def current(self):
        """With whom there is a relationship now."""
        return self.kept().exclude(stage=Stage.ENDED)

    def matching(self, text):
        """Those whose name, or office, fits what was typed; best fit first, by the names alone."""
        return best_fit(self, text, "name", "organisation__name")

    def resembling(self, *, name="", email="", phone="", besides=None):
        """Who may be the same person or place, with ``same_email``, ``same_phone`` and ``alike`` (0 to 1).

        Nobody when nothing is given. ``phone`` is normalised; ``besides`` is left out (a key).
        """
        rows = self.exclude(pk=besides) if besides else self
        rows = rows.annotate(
            same_email=_is_given(email, Q(email__iexact=email)),
            same_phone=_is_given(phone, Q(phone=phone)),
            alike=likeness("name", name),
        )
        rows = rows.filter(Q(same_email=True) | Q(same_phone=True) | Q(alike__gte=ALIKE))
        return rows.order_by("-same_email", "-same_phone", "-alike", "name", "id")

    def with_office(self):
        """With discipline and organisation, so that a list needs no further query."""
        return self.select_related("discipline", "organisation")


class Partner(Reachable, Plentiful):
    """A person, or an organisation without a named person, we have a referral relationship with.

    Here and in Affiliation only the wall's keys (``core.wall.link``) hold the links: they say more than
    plain ones, and a list brings in thousands of rows that would be checked twice.

    ``organisation`` is today's main office; earlier and further ones are Affiliations.
    ``name`` is what people read and search; for an organisation it is the organisation's.
    """

    name = models.CharField(max_length=160)
    salutation = models.CharField("greeting in letters", max_length=80, blank=True, help_text="Dr Okafor")
    is_person = models.BooleanField(default=True)
    discipline = models.ForeignKey(
        Discipline, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REGULAR)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.PROSPECT)
    circle = models.CharField(max_length=10, choices=Circle, default=Circle.NETWORK)
    owner = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    backup = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    special_interests = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    personal_interests = models.CharField(max_length=300, blank=True)
    plans = models.ManyToManyField(Plan, through="PartnerPlan", blank=True, related_name="+")
    telehealth = models.BooleanField("also sees people by video or phone", default=False)
    accepting = models.CharField("new patients", max_length=3, choices=Accepting, blank=True, db_default="")
    accepting_again_on = models.DateField("and again from", null=True, blank=True)
    areas_served = ArrayField(models.CharField(max_length=60), default=list, db_default=[], blank=True)
    licence_places = ArrayField(
        models.CharField(max_length=60),
        verbose_name="may treat by video in",
        default=list,
        db_default=[],
        blank=True,
    )
    preferred_channel = models.CharField(
        "prefers thanks by", max_length=10, choices=Channel, default=Channel.EMAIL
    )
    best_time = models.CharField("best time to reach", max_length=80, blank=True)
    time_zone = models.CharField(max_length=60, blank=True, validators=[valid_zone])
    notices = ArrayField(
        models.CharField(max_length=10, choices=News),
        verbose_name="wants to be told by e-mail when",
        default=list,
        db_default=[],
        blank=True,
    )
    treating_provider = models.BooleanField("may receive reports as a treating provider", default=False)
    goal = models.CharField(max_length=200, blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    notes = models.TextField(max_length=4000, blank=True)
    identifier = models.CharField("registration or provider number", max_length=40, blank=True)
    email_opted_out_at = models.DateTimeField(null=True, editable=False)
    email_state = models.CharField(
        max_length=10, choices=AddressState, default=AddressState.OK, editable=False
    )
    ending = models.CharField(max_length=10, choices=Ending, blank=True, editable=False)
    ended_on = models.DateField(null=True, editable=False)
    stage_before = models.CharField(max_length=10, choices=Stage, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    merged_into = link_to_survivor()

    objects = scoped(PartnerQuerySet)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index("practice", Lower("name"), "id", name="partner_by_name"),
            models.Index(fields=["practice", "owner"], name="partner_by_owner"),
            models.Index(fields=["backup"], name="partner_by_backup", condition=Q(backup__isnull=False)),
            models.Index("practice", Lower("email"), name="partner_by_email", condition=~Q(email="")),
            trash.index("partner_in_trash"),
            merged_index("partner_merged"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="partner_has_a_name"),
            models.CheckConstraint(
                condition=Q(stage=Stage.ENDED, ended_on__isnull=False)
                | (~Q(stage=Stage.ENDED) & Q(ending="")),
                name="partner_ends_with_a_date",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def has_opted_out(self) -> bool:
        return self.email_opted_out_at is not None

    @cached_property
    def friction_since(self):
        """When what is hard for them, and not answered yet, was last told us; None when nothing is."""
        return self.frictions.open().aggregate(newest=Max("opened_at"))["newest"]

    @property
    def greeting(self) -> str:
        """How a letter begins after "Dear"."""
        return self.salutation or self.name

    def address_lines(self, *, country) -> list[str]:
        """For an envelope, name first; none when no address is known. Needs ``organisation`` loaded.

        Without an address of their own, it is that of their office.
        """
        office = self.organisation
        place = next((row for row in (self, office) if row and (row.address or row.postcode)), None)
        if place is None:
            return []
        lines = [self.name]
        if self.is_person and office is not None and office.name.casefold() != self.name.casefold():
            lines.append(office.name)
        return [*lines, *place_lines(place.address, place.postcode, place.area, country=country)]

    @property
    def line(self) -> str:
        """Discipline and office, for lists and type-ahead."""
        parts = [
            self.discipline.name if self.discipline else "",
            self.organisation.name if self.organisation and self.is_person else "",
        ]
        return ", ".join(part for part in parts if part)


class PartnerPlan(PracticeOwned):
    """An insurance plan that a partner takes."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "plan"], name="partner_plan_once")]
