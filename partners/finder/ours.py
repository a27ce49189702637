"""What we treat ourselves: our own clinicians by the same words."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from partners.finder.needs import Meaning, Need
from partners.finder.rules import is_licensed
from partners.finder.words import in_a_row
from referralcrm.practice.models import Licence, User
from referralcrm.practice.scope import current_practice


@dataclass(frozen=True)
class Ours:
    """A clinician of ours who treats what is asked for; ``but`` is what stands against it."""

    pk: UUID
    name: str
    credentials: str
    interest: str
    but: str


def ourselves(need: Need, meaning: Meaning) -> list[Ours]:
    """Who of us has a special interest in what was typed, by name. One query; none when nothing was."""
    if not need.what:
        return []
    licences = Licence.objects.kept().filter(person=OuterRef("pk"))
    licences = ArraySubquery(licences.values(row=JSONObject(place="place", until="expires_on")))
    people = User.objects.of(current_practice()).active().filter(sees_patients=True)
    rows = people.order_by("name", "pk").annotate(allowed=licences)
    found = ((person, meaning.interest_in(person.special_interests)[0]) for person in rows)
    return [
        Ours(person.pk, person.name, person.credentials, interest, _against(need, person))
        for person, interest in found
        if interest
    ]


def _against(need, person) -> str:
    """Why not by video where the patient is; "" when it was not asked for or nothing stands against it."""
    if not need.telehealth:
        return ""
    if not person.telehealth:
        return "in person only"
    if not need.place:
        return ""
    valid = [row["place"] for row in person.allowed if _is_valid(row["until"], need.today)]
    if is_licensed(need.place, valid):
        return ""
    where = f"licensed in {in_a_row(valid)}" if valid else "no valid licence is written down"
    return f"{where}, not in {need.place}" if valid else where


def _is_valid(until, today) -> bool:
    return until is None or date.fromisoformat(until) >= today
