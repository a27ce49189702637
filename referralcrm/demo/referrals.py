"""Referrals both ways with their journeys and reports, with the irregularity of a real log."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from partners.models import Partner
from referralcrm.core.months import add_months, month_of
from referralcrm.demo.cast import FIRST, PATIENTS, REASONS
from referralcrm.demo.findings import finding
from referralcrm.demo.journeys import SEEN, Journeyed
from referralcrm.demo.partners import Weights
from referralcrm.demo.world import World, phone
from referrals.models import CallAttempt, JourneyEvent, Obligation, Patient, Referral
from referrals.models.patients import person_index, record_index
from referrals.states import Channel, Direction, Journey, Source, Urgency

CHUNK = 2000
RECEIVED_SHARE = 0.66
NO_PARTNER = [Source.SELF, Source.FORMER_PATIENT, Source.FAMILY_OR_STAFF, Source.ONLINE, Source.UNKNOWN]
NO_PARTNER_SHARES = [5, 4, 3, 3, 1.5]
WITHOUT_A_PARTNER = 0.16  # of what is received
COOLING = {
    4: 2,
    5: 1,
    6: 2,
    7: 1,
    8: 2,
    9: 1,
    10: 2,
    11: 1,
    12: 2,
    13: 1,
    14: 2,
    15: 1,
    16: 2,
    17: 1,
    18: 1,
    20: 2,
}


@dataclass(frozen=True)
class Call:
    """One referral to write: who, which way, when."""

    day: date
    direction: str
    partner: Partner | None
    source: str = Source.PARTNER
    outcome: str = ""  # drawn when empty
    days_late: int | None = None  # between the day it happened and the day it was typed; drawn when None


@dataclass
class Batch:
    """Rows of a few thousand referrals, inserted together."""

    patients: list = field(default_factory=list)
    referrals: list = field(default_factory=list)
    events: list = field(default_factory=list)
    obligations: list = field(default_factory=list)
    attempts: list = field(default_factory=list)

    def insert(self):
        Patient.objects.bulk_create(self.patients, batch_size=1000)
        Referral.objects.bulk_create(self.referrals, batch_size=1000)
        JourneyEvent.objects.bulk_create(self.events, batch_size=2000)
        Obligation.objects.bulk_create(self.obligations, batch_size=2000)
        CallAttempt.objects.bulk_create(self.attempts, batch_size=2000)


def make_referrals(world: World, weights: Weights, count: int) -> Iterator[Batch]:
    """Insert ``count`` referrals in the order of their days and hand out each batch that was inserted."""
    writer = Writer(world)
    calls = _calls(world, weights, count)
    for start in range(0, count, CHUNK):
        batch = writer.write(calls[start : start + CHUNK])
        batch.insert()
        yield batch


def _calls(world, weights, count):
    told = _told(world)
    drawn = [_drawn(world, weights, day) for day in world.some_days(count - len(told))]
    return sorted([*told, *drawn], key=lambda call: call.day)


def _drawn(world, weights, day):
    if not world.odds(RECEIVED_SHARE):
        return Call(day, Direction.SENT, weights.draw(world, "sent", day))
    if world.odds(WITHOUT_A_PARTNER):
        return Call(day, Direction.RECEIVED, None, world.rng.choices(NO_PARTNER, NO_PARTNER_SHARES)[0])
    return Call(day, Direction.RECEIVED, weights.draw(world, "received", day))


def _told(world):
    """The referrals of the partners with a part to play, on days that make their story true today."""
    tell, back = world.stories, world.working_day_before
    this_month = month_of(world.today)

    def ago(days):
        return world.workday(world.today - timedelta(days=days))

    def before_retiring(days):
        return world.calendar.add_working_days(tell["retired"].ended_on, -days)

    received = [
        *[
            (world.workday(add_months(this_month, -months) + timedelta(days=3 + 11 * n)), "cooling")
            for months, times in COOLING.items()
            for n in range(times)
        ],
        *[(ago(days), "quiet") for days in (112, 165, 231, 290, 371, 480, 560)],
        *[(before_retiring(days), "retired") for days in (1, 3, 50, 75, 170, 260)],
        (ago(18), "opted_out"),
        *[(day, key) for key in ("steady", "steady2") for day in (ago(5), back(0))],
        (back(2), "card"),
        (back(2), "caller"),
    ]
    return [
        *[Call(day, Direction.RECEIVED, tell[key], outcome=SEEN, days_late=0) for day, key in received],
        *[
            Call(ago(days), Direction.SENT, tell["only_us"], outcome=SEEN)
            for days in (20, 55, 90, 140, 190, 250, 310)
        ],
        Call(back(6), Direction.RECEIVED, tell["late"], outcome=Journey.ENTERED_IN_ERROR, days_late=0),
        Call(ago(24), Direction.RECEIVED, tell["late"], outcome=SEEN, days_late=20),
    ]


class Writer:
    """Turns calls into rows; remembers patients, for some come back."""

    def __init__(self, world):
        self.world = world
        self.rng = world.rng
        self.calling = random.Random(len(world.partners))  # of its own, so that the rest stays as it was
        self.services = {service.name: service for service in world.services}
        self.record = 10_000
        self.known: list[Patient] = []
        self.latest: Referral | None = None

    def write(self, calls) -> Batch:
        self.batch = Batch()
        for call in calls:
            self._referral(call)
        return self.batch

    def _referral(self, call):
        second = self._is_second_referrer(call)
        patient = self.latest.patient if second else self._patient()
        referral = Referral(
            direction=call.direction,
            source=call.source,
            partner=call.partner,
            organisation=self._office(call),
            patient=patient,
            location=self.rng.choices(self.world.locations, [3, 1])[0],
            clinician=self.rng.choice(self.world.clinicians) if self.rng.random() < 0.8 else None,
            urgency=self.rng.choices(list(Urgency), [88, 9, 2, 1])[0],
            channel=self.rng.choice(list(Channel)) if self.rng.random() < 0.9 else "",
            happened_on=call.day,
            entered_at=self._entered(call),
            entered_by=self.rng.choice(self.world.desk),
        )
        if call.direction == Direction.RECEIVED:
            referral.service = self.rng.choice(self.world.services)
        else:
            referral.discipline = call.partner.discipline
        if second:
            referral.matter = self.latest.matter
        self._write_reason(referral)
        Journeyed(self, referral, call.outcome)
        self.batch.referrals.append(referral)
        self.latest = referral

    def _is_second_referrer(self, call):
        """Now and then the family doctor and the surgeon both send the same patient."""
        before = self.latest
        return (
            before is not None
            and call.partner is not None
            and before.partner is not None
            and call.direction == before.direction == Direction.RECEIVED
            and before.partner != call.partner
            and before.journey != Journey.ENTERED_IN_ERROR
            and self.world.odds(0.03)
        )

    def _patient(self):
        if len(self.known) > 50 and self.world.odds(0.07):
            return self.rng.choice(self.known)
        self.record += 1
        name = f"{self.rng.choice(FIRST)} {self.rng.choice(PATIENTS)}"
        born = date(1932, 1, 1) + timedelta(days=self.rng.randrange(27_000))
        patient = Patient()
        patient.name, patient.birth_date, patient.record_number = name, born.isoformat(), f"RP{self.record}"
        if self.rng.random() < 0.6:
            patient.phone = phone(self.record)
        patient.record_index = record_index(patient.practice_id, patient.record_number)
        patient.person_index = person_index(patient.practice_id, name, born)
        self.batch.patients.append(patient)
        self.known = [*self.known[-200:], patient]
        return patient

    def _office(self, call):
        """The office of that day: one of us moved."""
        moved = self.world.stories["moved"]
        if call.partner is moved and call.day < self.world.today - timedelta(days=200):
            return self.world.former_office
        return call.partner.organisation if call.partner else None

    def _entered(self, call):
        late = self.rng.choices([0, 1, 2, 5], [80, 12, 5, 3])[0] if call.days_late is None else call.days_late
        return self.world.at(min(self.world.workday(call.day + timedelta(days=late)), self.world.today))

    def _write_reason(self, referral):
        if self.rng.random() < 0.85:
            referral.reason = reason = self.rng.choice(REASONS)
            if referral.direction == Direction.RECEIVED:
                referral.service = self.services[finding(reason).service]
        if referral.source in {Source.FORMER_PATIENT, Source.FAMILY_OR_STAFF}:
            referral.source_name = f"{self.rng.choice(FIRST)} {self.rng.choice(PATIENTS)}"
