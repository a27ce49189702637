"""Whether a text says who the patient is: what it finds is shown, and the text does not go.

It finds what can be compared: names, initials, dates, numbers. It cannot find what only people recognise
("the mayor's wife"), which is why a person reads and approves every text.
"""

import re
import unicodedata
from dataclasses import dataclass

from referralcrm.core.refused import Refused
from referrals.models import Referral
from referrals.models.patients import normalised

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATES = [
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b",
    r"\b\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}\b",
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{MONTH}\b",
    rf"\b{MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\d)",
]
NUMBER = r"\+?\d(?:[\s().-]?\d){5,}"  # six digits and more: a phone, a record, an insurance number
MAIL = r"\S+@\S+\.\w+"
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
WORD_PIECE = re.compile(r"[^\W\d_]+")
DAYS_OF_A_REFERRAL = (
    "happened_on",
    "accepted_on",
    "scheduled_on",
    "appointment_on",
    "attended_on",
    "in_care_on",
    "completed_on",
    "closed_on",
    "next_visit_on",
)
SHORTEST_RECORD = 3


@dataclass(frozen=True)
class Found:
    """A piece of the text, and what it gives away."""

    words: str
    what: str


def identifiers_in(text, patient) -> list[Found]:
    """What in ``text`` may tell who ``patient`` is, each piece once, in the order of the kinds."""
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    names = [name for name, _ in patient.said() if name]
    found = [
        *_names(text, names),
        *_matching(text, _initials(names), "initials"),
        *_matching(text, DATES, "a date", re.IGNORECASE),
        *_matching(text, _days(patient), "a day of theirs"),
        *_matching(text, _years(patient), "the year of birth"),
        *_matching(text, _record(patient.record_number), "the record number", re.IGNORECASE),
        *_matching(text, [MAIL], "an e-mail address"),
        *_matching(text, [NUMBER], "a long number"),
    ]
    return list({one.words.casefold(): one for one in reversed(found)}.values())[::-1]


def require_nameless(text, patient):
    """Raise Refused, with what was found, when the text may tell who the patient is."""
    if found := identifiers_in(text, patient):
        pieces = "; ".join(f"“{one.words}” ({one.what})" for one in found)
        raise Refused(f"This may tell who the patient is: {pieces}. Say it without.", field="words")


def _names(text, names):
    parts = {normalised(part) for name in names for part in re.split(r"[\s,]+", name)}
    parts |= {normalised(part) for name in names for part in re.split(r"[\s,.'’-]+", name)}
    parts = {part for part in parts if len(part) > 1}
    found = [word for word in WORD.findall(text) if _pieces(word) & parts]
    unspaced = [part for part in parts if not part.isascii() and part in normalised(text)]
    return [Found(words, "a name") for words in dict.fromkeys([*found, *_beyond(unspaced, found)])]


def _pieces(word):
    """What a word may be a spelling of: itself, its parts, and itself without a possessive."""
    bare = re.sub(r"['’]s?$", "", word)
    return {normalised(piece) for piece in (word, bare, *re.split(r"['’-]", word))}


def _beyond(unspaced, found):
    """Names in scripts that put no space between words, where no whole word was found for them."""
    known = {normalised(word) for word in found}
    return [part for part in unspaced if part not in known]


def _initials(names):
    """ "K.M.", "K. M.", "KM" and the family's first, of each name that has two parts or more."""
    for name in names:
        for parts in (name.split(), re.split(r"[\s-]+", name), WORD_PIECE.findall(name)):
            letters = [part[0].upper() for part in parts if part[:1].isalpha()]
            ends = [*letters[:1], *letters[-1:]]
            for some in (letters, letters[::-1], ends, ends[::-1]):
                if len(some) > 1:
                    yield r"(?<!\w)" + r"\.?[\s-]?".join(map(re.escape, some)) + r"(?!\w)"


def _days(patient):
    """Day and month in figures ("8/3", "8.3."), of every day that is known about the patient."""
    days = {row for one in Referral.objects.filter(patient=patient) for row in _days_of(one)}
    for day in days | {patient.born} - {None}:
        for first, second in ((day.day, day.month), (day.month, day.day)):
            yield rf"(?<![\d./-])0?{first}[/.-]0?{second}(?![\d/-])"


def _days_of(referral):
    return {day for name in DAYS_OF_A_REFERRAL if (day := getattr(referral, name))}


def _years(patient):
    return [rf"\b{patient.born.year}\b"] if patient.born else []


def _record(number):
    plain = normalised(number)
    return [r"(?<!\w)" + r"[\s./-]*".join(plain) + r"(?!\w)"] if len(plain) >= SHORTEST_RECORD else []


def _matching(text, patterns, what, flags=0):
    return [Found(match[0].strip(), what) for one in patterns for match in re.finditer(one, text, flags)]
