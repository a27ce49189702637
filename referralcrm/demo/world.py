"""What every part of the generator shares: one seed, one "now", the practice and its people."""

import random
from bisect import bisect
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from django.contrib.auth.hashers import make_password

from partners.models import Discipline, Organisation, Partner, Postcode
from referralcrm.core.months import add_months, month_of
from referralcrm.demo.cast import LOCATIONS, PASSWORD, PEOPLE, PLACES, PLANS, SERVICES, TREATS
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Licence, Location, Plan, Practice, Service, User

MONTHS = 24  # this month so far and the 23 before it
SEASON = [1.1, 1.05, 1.1, 1.0, 1.0, 0.95, 0.8, 0.7, 1.1, 1.15, 1.1, 0.8]  # January to December
WEEKDAY = [1.25, 1.1, 1.0, 1.05, 0.85, 0.04, 0.01]
GROWTH = 0.12  # a year
SIGN_INS = ("manager", "staff", "clinician")


def email_of(key: str) -> str:
    return f"{key}@riverside.example"


@dataclass
class World:
    """``rng`` decides everything that varies; ``now`` is the last instant at which anything happened."""

    practice: Practice
    rng: random.Random
    now: datetime
    people: dict[str, User] = field(default_factory=dict)
    stories: dict[str, Partner] = field(default_factory=dict)
    partners: list[Partner] = field(default_factory=list)
    former_office: Organisation | None = None  # of the partner who moved

    def __post_init__(self):
        self.calendar = Calendar(self.practice)
        self.zone = self.practice.zone
        self.today = self.now.astimezone(self.zone).date()
        self.first_day = add_months(month_of(self.today), 1 - MONTHS)
        self._days = [self.first_day + timedelta(n) for n in range((self.today - self.first_day).days + 1)]
        self._weights = list(accumulate(map(self._busyness, self._days)))

    def settle(self):
        """Make people, locations, services and plans; read the disciplines the practice was founded with."""
        self.locations = Location.objects.bulk_create(
            [
                Location(name=name, address=f"{n} {name} Walk", phone=phone(900 + n))
                for n, name in enumerate(LOCATIONS, 1)
            ]
        )
        self.services = Service.objects.bulk_create([Service(name=name) for name in SERVICES])
        self.plans = Plan.objects.bulk_create([Plan(name=name) for name in PLANS])
        self.disciplines = {discipline.name: discipline for discipline in Discipline.objects.all()}
        hashed = make_password(PASSWORD)  # once: it is slow on purpose
        people = [
            User(
                practice=self.practice,
                email=email_of(key),
                name=name,
                role=role,
                credentials=credentials,
                sees_patients=treats,
                home_location=self._workplace(key),
                password=hashed,
            )
            for key, name, role, credentials, treats in PEOPLE
        ]
        self._introduce(people)
        self.people = dict(zip((key for key, *_ in PEOPLE), User.objects.bulk_create(people), strict=True))
        Licence.objects.bulk_create(
            Licence(
                person=self.people[key],
                name="HCPC registration",
                number=f"DEMO-PH{n}",
                place="United Kingdom",
                expires_on=self.today + timedelta(days),
            )
            for n, (key, days) in enumerate([("clinician", 41), ("clinician2", 400)], 1)
        )
        Postcode.objects.bulk_create(
            Postcode(name=f"ZZ{n}", latitude=north, longitude=east) for n, (north, east) in PLACES.items()
        )

    def _workplace(self, key):
        """The manager looks after both locations; the second of each trade works up the hill."""
        return None if key == "manager" else self.locations[key.endswith("2")]

    @staticmethod
    def _introduce(people):
        """What the clinicians are good at."""
        for person in people:
            for name, value in TREATS.get(person.email.partition("@")[0], {}).items():
                setattr(person, name, value)

    @property
    def desk(self) -> list[User]:
        """Who logs, calls and writes."""
        return [self.people["staff"], self.people["staff2"]]

    @property
    def clinicians(self) -> list[User]:
        return [self.people["clinician"], self.people["clinician2"]]

    def _busyness(self, day: date) -> float:
        years = (day - self.first_day).days / 365
        closed = 0.05 if self.calendar.holiday(day) else 1
        return SEASON[day.month - 1] * WEEKDAY[day.weekday()] * (1 + GROWTH * years) * closed

    def some_days(self, count: int) -> list[date]:
        """``count`` days in order, busier months and weekdays more often, none in the future."""
        total = self._weights[-1]
        picks = (bisect(self._weights, self.rng.random() * total) for _ in range(count))
        return sorted(self._days[min(n, len(self._days) - 1)] for n in picks)

    def working_day_before(self, days: int) -> date:
        """The working day ``days`` working days before today; 0 is today or the last one before it."""
        last = self.today
        while not self.calendar.is_working_day(last):
            last -= timedelta(1)
        return self.calendar.add_working_days(last, -days)

    def workday(self, day: date) -> date:
        """``day``, or the working day after it."""
        return self.calendar.working_day_from(day)

    def at(self, day: date, hour: float | None = None) -> datetime:
        """An instant on ``day`` in office hours, never after ``now``."""
        hour = self.rng.uniform(8.2, 17.4) if hour is None else hour
        minutes = int(hour * 60)
        return min(datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=self.zone), self.now)

    def odds(self, probability: float) -> bool:
        return self.rng.random() < probability


def phone(number: int) -> str:
    """A number from the range kept for drama (Ofcom: 020 7946 0000 to 0999)."""
    return f"020 7946 {number % 1000:04d}"
