"""Sixty partners of many kinds: the ones with a part to play, and the rest drawn from a mix of trades."""

import re
from bisect import bisect
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, cycle

from partners.models import Affiliation, Contact, Organisation, Partner, PartnerPlan
from partners.states import Accepting, Channel, Circle, ContactRole, Ending, Kind, News, Stage
from referralcrm.demo.cast import AREAS, FIRST, INTERESTS, LAST, MIX, PERSONAL, STORIES, STREETS, Story
from referralcrm.demo.world import World, phone

INNER = 12


def make_partners(world: World, count: int):
    """Insert ``count`` partners with offices, contacts and plans; returns how they refer (Weights)."""
    parts = [*STORIES, *_drawn(world, count - len(STORIES))]
    offices = _offices(world, parts)
    world.former_office = offices["Riverside Sports Clinic"]
    world.partners = [_partner(world, n, part, offices.get(part.office)) for n, part in enumerate(parts)]
    world.stories = {part.key: made for part, made in zip(parts, world.partners, strict=True) if part.key}
    _tell_stories(world)
    Partner.objects.bulk_create(world.partners, batch_size=1000)
    Affiliation.objects.bulk_create(_affiliations(world, offices), batch_size=1000)
    Contact.objects.bulk_create(_contacts(world), batch_size=1000)
    PartnerPlan.objects.bulk_create(
        [
            PartnerPlan(partner=partner, plan=plan)
            for partner in world.partners
            for plan in world.rng.sample(world.plans, world.rng.randint(0, 3))
        ],
        batch_size=1000,
    )
    return Weights(world.partners, parts)


@dataclass
class Weights:
    """How often each partner comes up when a referral is drawn, by direction."""

    def __init__(self, partners, parts):
        self.partners = partners
        self.totals = {
            way: list(accumulate(getattr(part, way) for part in parts)) for way in ("received", "sent")
        }

    def draw(self, world: World, direction: str, day) -> Partner:
        """A partner with whom there was a relationship on that day."""
        totals = self.totals[direction]
        while True:
            partner = self.partners[bisect(totals, world.rng.random() * totals[-1])]
            if world.at(day, 18) >= partner.created_at and (not partner.ended_on or day < partner.ended_on):
                return partner


def _drawn(world, count):
    """Parts for people without a story: trades in turn, each with its own temperament."""
    trades = cycle([trade for trade in MIX for _ in range(trade.share)])
    names = _names(world)
    parts = []
    for _, trade in zip(range(count), trades, strict=False):
        area = world.rng.choice(AREAS)
        office = trade.office.format(area=area)
        first, last = next(names)
        temperament = world.rng.gammavariate(2.5, 0.4)
        parts.append(
            Story(
                key="",
                name=(f"Dr {first} {last}" if trade.doctor else f"{first} {last}")
                if trade.person
                else office,
                salutation=(f"Dr {last}" if trade.doctor else first) if trade.person else f"all at {office}",
                discipline=trade.discipline,
                office=office if trade.person else "",
                received=trade.received * temperament,
                sent=trade.sent * world.rng.gammavariate(2.5, 0.4),
                kind=trade.kind,
                person=trade.person,
            )
        )
    return parts


def _names(world):
    firsts, lasts = FIRST[:], LAST[:]
    world.rng.shuffle(firsts)
    world.rng.shuffle(lasts)
    for turn in range(10_000):
        for n, first in enumerate(firsts):
            yield first, lasts[(n + turn) % len(lasts)]


def _offices(world, parts):
    """One organisation for each office somebody works at, by name."""
    names = sorted({part.office for part in parts if part.office} | {"Riverside Sports Clinic"})
    offices = [
        Organisation(
            name=name,
            phone=phone(n),
            email=f"desk@{slug(name)}.example",
            address=f"{world.rng.randint(2, 90)} {world.rng.choice(STREETS)}",
            postcode=f"ZZ{n % 9 + 1} {n % 9}AB",
            area=next((area for area in AREAS if area in name), world.rng.choice(AREAS)),
            hours="Mon–Fri 8:30–17:30",
        )
        for n, name in enumerate(names)
    ]
    return {office.name: office for office in Organisation.objects.bulk_create(offices, batch_size=1000)}


def _partner(world, n, part, office):
    rng = world.rng
    known_for = rng.choice([900, 1400, 2500]) if part.key or rng.random() < 0.75 else rng.randint(60, 700)
    host = slug(office.name if office else part.name)
    return Partner(
        name=part.name,
        salutation=part.salutation,
        is_person=part.person,
        discipline=world.disciplines[part.discipline],
        organisation=office,
        kind=part.kind,
        stage=Stage.ACTIVE,
        circle=_circle(rng, n),
        owner=rng.choice([*world.desk, *world.clinicians, world.people["manager"]]),
        backup=world.people["staff"] if n % 3 else None,
        special_interests=rng.sample(
            INTERESTS.get(part.discipline, []), min(1, len(INTERESTS.get(part.discipline, [])))
        ),
        personal_interests=rng.choice(PERSONAL) if part.person and rng.random() < 0.3 else "",
        telehealth=rng.random() < 0.25,
        accepting={3: Accepting.NO, 4: Accepting.YES}.get(n % 9, ""),
        areas_served=["ZZ3", "ZZ4"] if n % 11 == 2 else [],
        preferred_channel=rng.choices([Channel.EMAIL, Channel.PHONE, Channel.CARD], [7, 1, 1])[0],
        best_time=rng.choice(["", "", "before nine", "lunch time", "Fridays", "after surgery, 13:00"]),
        treating_provider=part.name.startswith(("Dr ", "Prof.")),
        goal=rng.choice(["", "", "Meet once a year", "Shorter letters", "A joint evening for patients"]),
        tags=rng.sample(["near by", "teaches", "evening hours", "own car park"], rng.choice([0, 0, 1])),
        identifier=f"DEMO-{n + 1:04d}" if part.person else "",
        phone=phone(200 + n),
        fax=phone(500 + n) if rng.random() < 0.3 else "",
        email=f"{slug(part.name)}@{host}.example" if part.person else f"info@{host}.example",
        address=office.address if office else f"{rng.randint(2, 90)} {rng.choice(STREETS)}",
        postcode=office.postcode if office else "ZZ1 2AB",
        area=office.area if office else rng.choice(AREAS),
        hours="Mon–Fri 9–17",
        created_at=world.now - timedelta(days=known_for),
    )


def _circle(rng, n):
    if n < INNER:
        return Circle.INNER if n % 2 == 0 else Circle.NETWORK
    return rng.choices([Circle.INNER, Circle.NETWORK, Circle.LIGHT], [1, 5, 4])[0]


def _tell_stories(world):
    """What sets the partners with a part to play apart from the rest."""
    tell, now = world.stories, world.now
    for key in ("cooling", "steady", "steady2", "late", "opted_out", "retired"):
        tell[key].preferred_channel = Channel.EMAIL
    tell["card"].preferred_channel = Channel.CARD
    tell["caller"].preferred_channel = Channel.PHONE
    tell["cooling"].circle = Circle.INNER
    tell["cooling"].owner = world.people["manager"]
    tell["steady"].fax = phone(1)
    tell["steady2"].notices = [News.RECEIVED, News.BOOKED, News.ATTENDED, News.DISCHARGED]
    tell["advice"].goal = "Ask before we guess"
    tell["prospect"].stage, tell["prospect"].created_at = Stage.PROSPECT, now - timedelta(days=12)
    tell["prospect"].next_step = "Introduce ourselves, bring the pelvic health leaflet"
    tell["prospect"].next_step_on = world.workday(world.today)
    tell["retired"].stage, tell["retired"].ending = Stage.ENDED, Ending.RETIRED
    tell["retired"].ended_on = world.workday(world.today - timedelta(days=60))
    tell["opted_out"].email_opted_out_at = world.at(world.workday(world.today - timedelta(days=40)))
    tell["moved"].notes = "Moved from Riverside Sports Clinic to the harbour in spring."
    tell["away"].stage = Stage.DORMANT
    double, steady = tell["double"], tell["steady2"]  # entered twice: once by the desk, from a business card
    double.phone, double.identifier, double.owner = steady.phone, "", world.people["staff"]
    double.notes, double.tags = "Card from the spring meeting.", ["teaches"]
    double.created_at = now - timedelta(days=170)


def _affiliations(world, offices):
    moved, day = world.stories["moved"], world.workday(world.today - timedelta(days=200))
    for partner in world.partners:
        if partner.organisation:
            since = day if partner is moved else partner.created_at.date()
            until = partner.ended_on
            yield Affiliation(partner=partner, organisation=partner.organisation, since=since, until=until)
    yield Affiliation(
        partner=moved,
        organisation=offices["Riverside Sports Clinic"],
        position="Senior physician",
        since=moved.created_at.date(),
        until=day - timedelta(days=1),
    )


def _contacts(world):
    for n, partner in enumerate(world.partners):
        if partner.kind == Kind.REGULAR and world.odds(0.55):
            first, last = world.rng.choice(FIRST), world.rng.choice(LAST)
            yield Contact(
                partner=partner,
                name=f"{first} {last}",
                role=world.rng.choice(list(ContactRole)),
                phone=phone(700 + n),
                email=f"{slug(first)}@{partner.email.partition('@')[2]}",
            )


def slug(text: str) -> str:
    """Letters and digits joined by hyphens, for addresses that are read aloud."""
    plain = re.sub(r"\b(dr|prof)\b\.?", "", text.lower())
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
