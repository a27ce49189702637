"""Postcodes and how far apart they are, by what the practice has entered; nobody outside is asked."""

import re
from math import asin, cos, radians, sin, sqrt

from partners.finder.words import contains, folded

EARTH_KM = 6371.0088  # mean radius: IUGG, Geodetic Reference System 1980
KM_IN_A_MILE = 1.609344
MILES = frozenset(["GB", "GG", "IM", "JE", "US"])
INWARD = re.compile(r"(?<=.)\d[A-Z]{2}$")  # the second half of a British postcode
FIRST_THREE = frozenset(["CA", "IE"])  # forward sortation area, routing key
BRITISH = frozenset(["GB", "GG", "IM", "JE"])


def written_together(postcode: str) -> str:
    """ " sw1a 1aa" is "SW1A1AA"."""
    return "".join(postcode.split()).upper()


def district(code: str, country: str) -> str:
    """The part of a postcode that names a neighbourhood; the code itself where there is none such."""
    if country in BRITISH:
        return INWARD.sub("", code)
    if country in FIRST_THREE:
        return code[:3]
    return code[:5] if country == "US" else code


def names_a_postcode(text: str) -> bool:
    """Whether a place was given as a postcode and not in words."""
    return any(sign.isdigit() for sign in text)


def names_of(code: str, country: str) -> set[str]:
    """What a list of areas may call a postcode by: itself, its district, and the letters it begins with."""
    if not code:
        return set()
    return {code, district(code, country), re.match(r"[A-Z]*", code)[0]} - {""}


def distance_km(one, other) -> float:
    """Between two (latitude, longitude) in degrees, by the haversine formula on a sphere."""
    (north, east), (north2, east2) = (map(radians, point) for point in (one, other))
    half = sin((north2 - north) / 2) ** 2 + cos(north) * cos(north2) * sin((east2 - east) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1, sqrt(half)))


def unit_of(country: str) -> tuple[str, float]:
    """What a country's roads are signed in, and its kilometres."""
    return ("miles", KM_IN_A_MILE) if country in MILES else ("km", 1.0)


def in_words(km: float, country: str) -> str:
    """ "3.2 miles away", "under 1 km away"."""
    unit, size = unit_of(country)
    far = km / size
    if far < 1:
        return f"under 1 {unit.removesuffix('s')} away"
    return f"{far:.1f} {unit} away" if far < 10 else f"{far:.0f} {unit} away"


def is_same_area(one: str, other: str) -> bool:
    """Two areas in words: the same, or one is a part of the other's name."""
    one, other = folded(one), folded(other)
    return contains(one, other) or contains(other, one)
