"""One rule for each thing that can be asked for; each answers in words, or not at all.

A rule takes the Need and a Candidate. What it says is in the candidate's favour, is not known, or stands
against referring to them at all.
"""

from dataclasses import dataclass
from enum import Enum

from partners.finder.needs import Meaning, Need
from partners.finder.places import in_words, is_same_area, names_a_postcode, names_of, written_together
from partners.finder.words import folded, in_a_row
from partners.states import Accepting
from referralcrm.core.templatetags.house import day

TYPED, RELATED, ANY = 3, 2, 1  # how much a thing that is met counts: see the package's docstring
AS_IF_KM = {"district": 3.0, "area": 10.0}  # only to order by, where coordinates are not known


class Verdict(Enum):
    MET = "met"
    ASK = "ask"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Reason:
    """One sentence part; ``counts`` is how much it counts in the order."""

    verdict: Verdict
    words: str
    counts: int = 0


@dataclass(frozen=True)
class Candidate:
    """What the rules may know of a partner: nothing of referrals, mail or contacts."""

    pk: object
    name: str
    discipline: object
    discipline_name: str
    interests: list
    plans: dict  # id → name; read only when an insurer is asked for
    district: str
    area: str
    areas_served: list
    licence_places: list
    telehealth: bool
    accepting: str
    accepting_again_on: object
    promised_days: int | None
    km: float | None


def met(words, counts=ANY):
    return Reason(Verdict.MET, words, counts)


def ask(words):
    return Reason(Verdict.ASK, words)


def cannot(words):
    return Reason(Verdict.CANNOT, words)


def helps_with(need: Need, who: Candidate, meaning: Meaning):
    """By a special interest, else by the discipline; None when neither fits."""
    interest, condition = meaning.interest_in(who.interests)
    if interest and condition:
        return met(f"special interest: {interest} (for {condition.lower()})", RELATED)
    if interest:
        return met(f"special interest: {interest}", TYPED)
    if who.discipline in meaning.named:
        return met(who.discipline_name)
    if condition := meaning.helping.get(who.discipline):
        return met(f"{who.discipline_name} helps with {condition.lower()}")
    return None


def is_of_the_discipline(need, who):
    if need.discipline is None:
        return None
    return met(who.discipline_name)


def takes_the_plan(need, who):
    if need.plan is None:
        return None
    if need.plan.pk in who.plans:
        return met(f"takes {need.plan}")
    if who.plans:
        return cannot(f"does not take {need.plan} (takes {in_a_row(who.plans.values())})")
    return ask("which insurers they take is not written down")


def is_near(need, who):
    """By distance where both are known, else the same district or area in words."""
    if not need.near:
        return None
    if who.km is not None:
        return _by_distance(need, who.km)
    if near := nearness(need, who):
        words = f"in {who.district}" if near == "district" else f"in {who.area}"
        return met(words, ANY if need.within_km else 0)
    return None if need.telehealth else ask("how far it is, is not known")


def _by_distance(need, km):
    words = in_words(km, need.country)
    if need.within_km is None or need.telehealth:
        return met(words, 0)
    if km <= need.within_km:
        return met(words)
    return cannot(f"{words}, further than you asked for")


def nearness(need, who) -> str:
    """ "district", "area", or "" by words alone."""
    if need.postcode:
        return "district" if who.district and who.district == need.district else ""
    return "area" if who.area and is_same_area(who.area, need.area) else ""


def serves_the_area(need, who):
    """Only those who say where they go can leave a place out."""
    if not (need.near and who.areas_served) or need.telehealth:
        return None
    served = in_a_row(who.areas_served)
    if need.postcode:
        codes = {written_together(area) for area in who.areas_served}
        if codes & names_of(need.postcode, need.country):
            return met(f"serves {need.district}")
        if not all(map(names_a_postcode, who.areas_served)):
            return ask(f"serves {served}: ask whether {need.district} is in it")
        return cannot(f"serves {served}, not {need.district}")
    if any(is_same_area(area, need.area) for area in who.areas_served):
        return met(f"serves {need.area}")
    return cannot(f"serves {served}, not {need.area}")


def sees_by_video(need, who):
    if not need.telehealth:
        return None
    if who.telehealth:
        return met("also by video or phone")
    return cannot("sees people in person only, as far as we know")


def may_treat_there(need, who):
    """By video the licence of the patient's place counts."""
    if not (need.telehealth and need.place):
        return None
    if not who.licence_places:
        return ask(f"ask whether they may treat somebody in {need.place} by video")
    if is_licensed(need.place, who.licence_places):
        return met(f"may treat by video in {need.place}")
    return cannot(f"may treat by video in {in_a_row(who.licence_places)}, not in {need.place}")


def is_licensed(place, places) -> bool:
    """Whether the patient's place is among those of a licence, whatever the case and accents."""
    return folded(place) in {folded(each) for each in places}


def takes_patients(need, who):
    again = who.accepting_again_on
    if who.accepting == Accepting.YES:
        return met(Accepting.YES.label, 0)
    if who.accepting != Accepting.NO:
        return None
    if again and again <= need.today:
        return met(f"said to take new patients again from {day(again)}", 0)
    return cannot(f"takes no new patients{f' until {day(again)}' if again else ''}")


def promised_soon(need, who):
    if not need.within_days:
        return None
    if who.promised_days is None:
        return ask("no appointment within some days is agreed")
    words = f"promised an appointment within {who.promised_days} day{'' if who.promised_days == 1 else 's'}"
    return met(words) if who.promised_days <= need.within_days else ask(words)


RULES = (
    is_of_the_discipline,
    takes_the_plan,
    is_near,
    serves_the_area,
    sees_by_video,
    may_treat_there,
    takes_patients,
    promised_soon,
)
