"""What is asked for, and which words and disciplines it means."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from partners.finder.places import district, names_a_postcode, written_together
from partners.finder.words import contains, folded, is_about
from partners.models import Condition, Discipline
from referralcrm.practice.models import Plan


@dataclass(frozen=True)
class Need:
    """What a patient needs, without a word that says who they are. Everything may be left open.

    ``near`` is a postcode or an area in words; ``within_km`` counts as far as coordinates are known;
    ``place`` is where the patient is when seen by video (state, region, country).
    """

    today: date
    country: str
    what: str = ""
    discipline: Discipline | None = None
    plan: Plan | None = None
    near: str = ""
    within_km: float | None = None
    telehealth: bool = False
    place: str = ""
    within_days: int | None = None

    @property
    def is_open(self) -> bool:
        """Nothing was asked for."""
        asked = (self.what, self.discipline, self.plan, self.near, self.telehealth, self.within_days)
        return not any(asked)

    @property
    def typed(self) -> str:
        return folded(self.what)

    @property
    def postcode(self) -> str:
        return written_together(self.near) if names_a_postcode(self.near) else ""

    @property
    def district(self) -> str:
        return district(self.postcode, self.country)

    @property
    def area(self) -> str:
        return "" if self.postcode else self.near


@dataclass(frozen=True)
class Meaning:
    """What was typed, in the practice's own conditions: ``phrases`` folded with their condition."""

    typed: str = ""
    phrases: dict[str, str] = field(default_factory=dict)
    named: frozenset[UUID] = frozenset()  # disciplines by their own name
    helping: dict[UUID, str] = field(default_factory=dict)  # disciplines with the condition they help with

    def interest_in(self, interests) -> tuple[str, str]:
        """The first special interest that fits, and the condition it fits by ("" when it was typed)."""
        for interest in interests:
            if is_about(self.typed, folded(interest)):
                return interest, ""
        for interest in interests:
            plain = folded(interest)
            for phrase, condition in self.phrases.items():
                if contains(plain, phrase) or contains(phrase, plain):
                    return interest, condition
        return "", ""


def meaning_of(need: Need, disciplines) -> Meaning:
    """By the list of conditions (one query) and the names of ``disciplines``."""
    typed = need.typed
    if not typed:
        return Meaning()
    phrases, helping = {}, {}
    for condition in Condition.objects.active():
        names = [folded(condition.name), *map(folded, condition.words)]
        if any(is_about(typed, name) for name in names):
            phrases |= {name: condition.name for name in names if name not in phrases}
            helping |= {key: condition.name for key in condition.disciplines if key not in helping}
    named = frozenset(row.pk for row in disciplines if is_about(typed, folded(row.name)))
    return Meaning(typed, phrases, named, helping)
