"""Countries whose public holidays we know, with their regions."""

import re
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES


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


def _spaced(name):
    words = re.sub(r"(?<=[a-zR])(?=[A-Z])", " ", name)
    return re.sub(r"\b(And|The|Of)\b", lambda word: word.group().lower(), words)
