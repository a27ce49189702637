"""The log: one patient passed on, in either direction, and every step of the journey."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from partners.models import Discipline, Organisation, Partner
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice import trash
from referralcrm.practice.models import Location, Plentiful, Service, User, scoped
from referralcrm.practice.places import shown_at
from referralcrm.practice.scope import current_practice
from referrals.models.patients import Patient
from referrals.states import (
    AWAITING_BOOKING,
    CLOSED,
    SEEN,
    TRACK,
    UNCOUNTED,
    Channel,
    Direction,
    Journey,
    Source,
    Stop,
    Urgency,
    next_step,
)


class ReferralQuerySet(models.QuerySet):
    def kept(self):
        """Neither in the trash nor a draft nor entered in error: what statistics count."""
        return self.filter(deleted_at__isnull=True).exclude(journey__in=sorted(UNCOUNTED))

    def received(self):
        return self.filter(direction=Direction.RECEIVED)

    def sent(self):
        return self.filter(direction=Direction.SENT)

    def open(self):
        return self.kept().exclude(journey__in=CLOSED)

    def not_deleted(self):
        """Whatever its state: drafts and errors are shown when they are asked for."""
        return self.filter(deleted_at__isnull=True)

    def to_be_finished(self):
        """Part of it could not be read."""
        return self.kept().filter(to_finish=True)

    def awaiting_booking(self):
        return self.kept().filter(journey__in=AWAITING_BOOKING)

    def to_book(self):
        """Received, and without an appointment: somebody calls the patient."""
        return self.received().awaiting_booking()

    def to_call(self, today):
        """To be booked, and not put off to a later day."""
        return self.to_book().filter(Q(call_on__isnull=True) | Q(call_on__lte=today))

    def passed(self, today):
        """Booked for a day that is over: did they come?"""
        return self.kept().filter(journey=Journey.SCHEDULED, appointment_on__lt=today)

    def seen(self):
        """The patient was there at least once."""
        return self.kept().filter(journey__in=SEEN)

    def between(self, first, last):
        """That happened from ``first`` to ``last``, both days included."""
        return self.filter(happened_on__gte=first, happened_on__lte=last)

    def near(self, day, *, days=14):
        """That happened within so many days of ``day``, before or after."""
        return self.between(day - timedelta(days=days), day + timedelta(days=days))

    def last_entered_by(self, person, direction):
        """The last one this person logged in this direction, or None: its habits are the next one's."""
        return self.filter(entered_by=person, direction=direction).order_by("-entered_at").first()

    def at(self, location):
        """What shows at a Location (None for everywhere)."""
        return self.filter(shown_at(location))

    def one_per_matter(self):
        """A second referrer of the same matter does not count the patient twice."""
        return self.filter(matter=F("id"))

    def of_matter(self, matter):
        """The referrals of one patient, direction and reason to come, whatever their state."""
        return self.filter(matter=matter)

    def first_of_each_patient(self, first=None, last=None):
        """The earliest of a patient and direction; with days, the earliest from ``first`` to ``last``."""
        period = {
            lookup: day
            for lookup, day in (("happened_on__gte", first), ("happened_on__lte", last))
            if day is not None
        }
        earlier = Referral.objects.kept().filter(
            Q(happened_on__lt=OuterRef("happened_on"))
            | Q(happened_on=OuterRef("happened_on"), pk__lt=OuterRef("pk")),
            patient=OuterRef("patient"),
            direction=OuterRef("direction"),
            **period,
        )
        return self.filter(~Exists(earlier), **period)

    def with_everyone(self):
        """With all that a list row names, so that it needs no further query."""
        return self.select_related(
            "partner__discipline",
            "partner__organisation",
            "organisation",
            "patient",
            "service",
            "discipline",
            "location",
            "clinician",
        )


def _held_by_the_wall(to, **options):
    """A link without a plain key beside the wall's (``core.wall.link``), which says more."""
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", db_constraint=False, **options)


class Referral(Plentiful):
    """One patient passed on. ``happened_on`` is when it happened, ``entered_at`` when it was typed.

    A step that was skipped keeps an empty date: none is ever invented. ``matter`` is the id of the
    first referral of the same patient, matter and direction that counts (``actions.matters``).
    """

    direction = models.CharField(max_length=8, choices=Direction)
    source = models.CharField(max_length=16, choices=Source, default=Source.PARTNER)
    partner = _held_by_the_wall(Partner, null=True, db_index=False)
    organisation = _held_by_the_wall(Organisation, null=True)
    patient = _held_by_the_wall(Patient, db_index=False)
    matter = models.UUIDField(editable=False)
    service = _held_by_the_wall(Service, null=True)
    discipline = _held_by_the_wall(Discipline, null=True)
    location = _held_by_the_wall(Location, null=True)
    clinician = _held_by_the_wall(User, null=True)
    urgency = models.CharField(max_length=10, choices=Urgency, default=Urgency.ROUTINE)
    channel = models.CharField(max_length=10, choices=Channel, blank=True)
    happened_on = models.DateField()
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    entered_by = _held_by_the_wall(User, null=True)
    to_finish = models.BooleanField(default=False, db_default=False, editable=False)  # not all was legible
    new_to_area = models.BooleanField("new to the area", default=False, db_default=False)
    next_visit_on = models.DateField(null=True)
    visits = models.PositiveSmallIntegerField(default=0, db_default=0)  # so far, as somebody counted
    visits_on = models.DateField(null=True)  # the day of that count
    acknowledge_by = models.DateField(null=True, editable=False)  # only while nobody has told the referrer
    acknowledged_on = models.DateField(null=True, editable=False)
    appointment_by = models.DateField(null=True, editable=False)  # only while one is promised and not booked
    appointment_on = models.DateField(null=True)
    appointment_time = models.TimeField(null=True)  # in the practice's zone; often not known
    calls = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    call_on = models.DateField(null=True)  # not to be called before this day

    journey = models.CharField(max_length=16, choices=Journey, default=Journey.REQUESTED)
    journey_before = models.CharField(max_length=16, choices=Journey, blank=True)
    accepted_on = models.DateField(null=True)
    scheduled_on = models.DateField(null=True)
    attended_on = models.DateField(null=True)
    in_care_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    redirected_to = _held_by_the_wall("self", null=True, db_index=False)

    reason_sealed = SealedField()
    source_name_sealed = SealedField()
    reason = Sealed("reason_sealed", keeper="patient")
    source_name = Sealed("source_name_sealed", keeper="patient")  # who else recommended us

    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(ReferralQuerySet)

    class Meta:
        ordering = ["-happened_on", "-id"]
        indexes = [
            # what lists show and count: by this index alone, without a look at the rows
            models.Index(
                fields=["practice", "-happened_on", "-id"],
                name="referral_kept",
                condition=Q(deleted_at__isnull=True) & ~Q(journey__in=sorted(UNCOUNTED)),
            ),
            # what statistics count: by this index alone
            models.Index(
                fields=["practice", "direction", "happened_on"],
                include=["id", "matter", "partner", "source", "location", "journey"],
                name="referral_counted",
                condition=Q(deleted_at__isnull=True) & ~Q(journey__in=sorted(UNCOUNTED)),
            ),
            models.Index(
                fields=["practice", "partner", "direction", "-happened_on"], name="referral_by_partner"
            ),
            models.Index(fields=["practice", "patient"], name="referral_by_patient"),
            models.Index(
                fields=["redirected_to"], name="referral_led_on", condition=Q(redirected_to__isnull=False)
            ),
            models.Index(fields=["practice", "matter"], name="referral_by_matter"),
            models.Index(
                fields=["practice", "journey", "happened_on"],
                name="referral_open",
                condition=~Q(journey__in=sorted(CLOSED)),
            ),
            trash.index("referral_in_trash"),
            models.Index(
                fields=["practice", "happened_on"], name="referral_to_finish", condition=Q(to_finish=True)
            ),
            models.Index(
                fields=["practice", "happened_on"],
                name="referral_going_back",
                condition=Q(next_visit_on__isnull=False),
            ),
            models.Index(
                fields=["practice", "acknowledge_by"],
                name="referral_to_acknowledge",
                condition=Q(acknowledge_by__isnull=False),
            ),
            models.Index(
                fields=["practice", "appointment_by"],
                name="referral_to_appoint",
                condition=Q(appointment_by__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(source=Source.PARTNER, partner__isnull=False)
                | (~Q(source=Source.PARTNER) & Q(partner__isnull=True)),
                name="referral_partner_is_its_source",
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.RECEIVED) | Q(source=Source.PARTNER),
                name="referral_is_sent_to_a_partner",
            ),
            models.CheckConstraint(
                condition=Q(attended_on__isnull=True) | Q(attended_on__gte=F("happened_on")),
                name="referral_attended_after_it_happened",
            ),
            models.CheckConstraint(condition=Q(happened_on__gte="1990-01-01"), name="referral_date_is_sane"),
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.__dict__.get("matter", self.pk) is None:  # not when it was deferred
            self.matter = self.pk

    def __str__(self):
        return f"{self.direction} referral {self.pk}"

    def get_absolute_url(self):
        return reverse("referrals:detail", args=[self.pk])

    @property
    def is_received(self) -> bool:
        return self.direction == Direction.RECEIVED

    @property
    def other_side(self) -> str:
        """The partner, or the other source in words."""
        return self.partner.name if self.partner else self.get_source_display()

    @property
    def what_for(self) -> str:
        """The service here, or what the partner does."""
        return str(self.service or self.discipline or "")

    @property
    def is_to_book(self) -> bool:
        """Received, and without an appointment."""
        return self.is_received and self.journey in AWAITING_BOOKING

    @property
    def is_seen(self) -> bool:
        """The patient was there at least once."""
        return self.journey in SEEN

    @property
    def seems_unreachable(self) -> bool:
        """Called as often in vain as the practice calls a patient."""
        return self.is_to_book and self.calls >= current_practice().calls_before_unreachable

    @property
    def next_step(self):
        """The one step that usually comes next, or None."""
        return next_step(self.journey)

    @property
    def report(self):
        """The most urgent promise about this referral, or None. Reads prefetched ``obligations``."""
        return min(self.obligations.all(), key=lambda promise: promise.urgency, default=None)

    def track(self) -> list[Stop]:
        """The journey as stops with their dates; a stop that was skipped has none."""
        dates = [self.happened_on] + [getattr(self, f"{state}_on") for state in TRACK[1:]]
        if self.journey in TRACK:
            here = TRACK.index(self.journey)
        else:
            here = max(index for index, day in enumerate(dates) if day)
        is_over = self.journey in CLOSED
        return [
            Stop(
                label=state.label,
                on=day if index <= here else None,
                is_done=index < here or (index == here and is_over),
                is_now=index == here and not is_over,
            )
            for index, (state, day) in enumerate(zip(TRACK, dates, strict=True))
        ]


class JourneyEvent(Plentiful):
    """One step of a referral: from, to, the day it happened and the moment it was entered."""

    referral = models.ForeignKey(
        Referral, on_delete=models.CASCADE, related_name="events", db_constraint=False, db_index=False
    )
    before = models.CharField(max_length=16, choices=Journey, blank=True)
    after = models.CharField(max_length=16, choices=Journey)
    happened_on = models.DateField()
    entered_at = models.DateTimeField(default=timezone.now, editable=False)
    by = _held_by_the_wall(User, null=True, db_index=False)
    reason_sealed = SealedField()
    reason = Sealed("reason_sealed", keeper="patient")
    undo = models.JSONField(null=True, editable=False)  # what the step wrote over; None: not taken back

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["entered_at", "id"]
        indexes = [models.Index(fields=["practice", "referral", "entered_at"], name="journey_of_referral")]

    @property
    def patient(self):
        """Whose key seals the reason."""
        return self.referral.patient

    @property
    def is_late(self) -> bool:
        """Entered on a later day than it happened."""
        return self.entered_at.astimezone(current_practice().zone).date() > self.happened_on
