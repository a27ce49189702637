"""Comparing words as people type them: without accents and case, as whole words or their beginnings."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """ "  Läsion der  Schulter" is "lasion der schulter"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def contains(phrase: str, part: str) -> bool:
    """Whether ``part`` stands in ``phrase`` as whole words; both folded."""
    return bool(part) and f" {part} " in f" {phrase} "


def is_about(typed: str, phrase: str) -> bool:
    """Whether what was typed so far means ``phrase``, or ``phrase`` is a part of it; both folded.

    "should" and "pain shoulder" mean "shoulder pain"; "frozen shoulder" has "shoulder" as a part.
    """
    if not typed or not phrase:
        return False
    begun = all(any(word.startswith(start) for word in phrase.split()) for start in typed.split())
    return begun or contains(typed, phrase)


def in_a_row(words, *, most: int = 4) -> str:
    """ "Aetna, Cigna and 3 more"."""
    words = list(words)
    rest = len(words) - most
    return ", ".join(words) if rest <= 0 else f"{', '.join(words[:most])} and {rest} more"
