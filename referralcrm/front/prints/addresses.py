"""Addresses as they stand on envelopes and labels."""

from referralcrm.practice.models import Location

AFTER_TOWN = frozenset(["AU", "CA", "IN", "NZ", "US"])  # "Springfield IL 62701" on one line
BELOW_TOWN = frozenset(["GB", "GG", "IE", "IM", "JE"])  # the postcode on a line of its own


def address_of(partner, *, country) -> list[str]:
    """The lines for a partner, name first; none when no address is known. Needs ``organisation`` loaded.

    Without an address of their own, it is that of their office.
    """
    office = partner.organisation
    place = next(
        (row for row in (partner, office) if row is not None and (row.address or row.postcode)), None
    )
    if place is None:
        return []
    lines = [partner.name]
    if partner.is_person and office is not None and office.name.casefold() != partner.name.casefold():
        lines.append(office.name)
    return [*lines, *place_lines(place.address, place.postcode, place.area, country=country)]


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


def sender_of(person) -> dict:
    """The practice and where this person works (or its first location), for letterheads and envelopes."""
    practice = person.practice
    location = person.home_location or _first_location()
    lines = []
    if location is not None:
        lines = place_lines(location.address, location.postcode, country=practice.country)
        lines += [location.phone] if location.phone else []
    return {"name": practice.name, "lines": lines}


def _first_location():
    return Location.objects.active().exclude(address="").first() or Location.objects.active().first()
