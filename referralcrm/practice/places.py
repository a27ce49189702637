"""Where a person works just now: the location switch of the frame.

A page that follows it passes ``chosen_place(request)`` on to its QuerySets; nothing reads it by itself.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, Q

from referralcrm.practice.models import Location

SESSION_KEY = "location"
EVERYWHERE = ""  # what stands in the session for all locations


@dataclass(frozen=True)
class Places:
    """The locations in use, by name, and the one that pages show (None for all of them)."""

    in_use: list[Location]
    here: Location | None

    @property
    def can_switch(self) -> bool:
        """With one place there is nothing to choose."""
        return len(self.in_use) > 1


def chosen_place(request) -> UUID | None:
    """The location that pages show: the one somebody switched to, else their usual one; None for all.

    It may be in use no more, or another practice's: what ``shown_at`` it is then as if all were chosen.
    """
    try:
        return UUID(request.session.get(SESSION_KEY, str(request.user.home_location_id)))
    except ValueError:
        return None


def places(request) -> Places:
    """The places of the person's practice, read once a request."""
    return getattr(request, "places", None) or settle(request, Location.objects.active())


def settle(request, in_use) -> Places:
    """Keep the locations in use, whoever read them, for the rest of the request."""
    in_use = list(in_use)
    request.places = Places(in_use, place_of(chosen_place(request), in_use))
    return request.places


def place_of(key: UUID | None, in_use) -> Location | None:
    """The location of those in use that a choice means; None for all of them, as where there is but one."""
    return next((place for place in in_use if place.pk == key), None) if len(in_use) > 1 else None


def switch_to(request, key: str) -> bool:
    """Keep another choice in the session: a location's id, or EVERYWHERE. False when it is not in use."""
    known = {EVERYWHERE, *(str(place.pk) for place in places(request).in_use)}
    if key in known:
        request.session[SESSION_KEY] = key
    return key in known


def shown_at(location, path: str = "location") -> Q:
    """What shows at a location: its own rows, and those of no place in use, which are everybody's.

    ``location`` is a Location, its id, or None for everything, as is one that is in use no more; ``path``
    leads to it from the row.
    """
    if location is None:
        return Q()
    in_use = Location.objects.active().filter(pk=getattr(location, "pk", location))
    nobodys = Q(**{f"{path}__isnull": True}) | Q(**{f"{path}__is_active": False})
    return Q(**{path: location}) | nobodys | ~Exists(in_use)
