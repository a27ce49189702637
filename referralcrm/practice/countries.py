"""Countries whose public holidays we know, with their regions."""

import re
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES

# Where the national list lacks days that most of the country keeps, the region with the most people:
# without one, Britain has no Easter Monday and Canada no Thanksgiving.
USUAL_REGIONS = {"AU": "NSW", "CA": "ON", "CH": "ZH", "GB": "ENG"}


@lru_cache(maxsize=1)
def choices() -> list[tuple[str, str]]:
    """(ISO code, name) by name."""
    return sorted(((code, _spaced(name)) for name, code, *_ in COUNTRIES.values()), key=lambda pair: pair[1])


@lru_cache(maxsize=256)
def regions(country: str) -> tuple[str, ...]:
    """The regions with holidays of their own, as codes; none for most countries."""
    try:
        return tuple(sorted(holidays.country_holidays(country).subdivisions))
    except NotImplementedError:
        return ()


def usual_region(country: str) -> str:
    """The region to propose until somebody chooses; empty where the country's own days will do."""
    return USUAL_REGIONS.get(country, "")


def _spaced(name):
    words = re.sub(r"(?<=[a-zR])(?=[A-Z])", " ", name)
    return re.sub(r"\b(And|The|Of)\b", lambda word: word.group().lower(), words)
