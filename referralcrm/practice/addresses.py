"""Addresses as they stand on envelopes and labels."""

from referralcrm.practice.models import Location

AFTER_TOWN = frozenset(["AU", "CA", "IN", "NZ", "US"])  # "Springfield IL 62701" on one line
BELOW_TOWN = frozenset(["GB", "GG", "IE", "IM", "JE"])  # the postcode on a line of its own


def place_lines(address, postcode, area="", *, country) -> list[str]:
    """Street, town and postcode in a country's order; what the street lines say already is not repeated."""
    lines = [" ".join(line.split()) for line in address.splitlines() if line.strip()]
    said = " ".join(lines).casefold()
    postcode, area = (
        "" if word.strip().casefold() in said else word.strip() for word in (postcode or " ", area or " ")
    )
    if country in BELOW_TOWN:
        return [*lines, *filter(None, [area, postcode])]
    town = [area, postcode] if country in AFTER_TOWN else [postcode, area]
    return [*lines, *filter(None, [" ".join(filter(None, town))])]


def sender_of(person, *, location=None) -> dict:
    """The practice and a location (else where this person works, else the first), for letterheads."""
    practice = person.practice
    location = location or person.home_location or _first_location()
    lines = []
    if location is not None:
        lines = place_lines(location.address, location.postcode, country=practice.country)
        lines += [location.phone] if location.phone else []
    return {"name": practice.name, "lines": lines}


def _first_location():
    return Location.objects.active().exclude(address="").first() or Location.objects.active().first()
