"""What a document says, part by part, for each kind of document. A new kind is a new description here.

The page, the check before finalising, what a follow-up begins with and the letter itself all follow
the description; none of them knows a kind by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from referrals.states import Direction, ReportType


@dataclass(frozen=True)
class Part:
    """One part of a document (FHIR Composition.section).

    ``comes_first`` parts stand at the head of page 1. A part with ``may_not_apply`` can be left out by
    saying so; every other one is written. ``carried`` parts begin as the last final report had them;
    ``begins_with(referral)`` are the words another one begins with.
    """

    name: str
    title: str
    hint: str = ""
    comes_first: bool = False
    may_not_apply: bool = False
    is_measures: bool = False
    carried: bool = False
    begins_with: Callable | None = None


@dataclass(frozen=True)
class Description:
    """A kind of document, about a referral of this ``direction``.

    ``answers`` is the kind of obligation it meets; "" when nobody waits for it. ``noun`` is what people
    call it in a sentence.
    """

    title: str
    parts: tuple[Part, ...]
    answers: str = ""
    direction: str = Direction.RECEIVED
    noun: str = "report"


FOUND = Part("found", "What we found", "In two or three sentences.", comes_first=True)
ASKED = Part("asked", "What we ask of you", "“Nothing for now” is an answer too.", comes_first=True)
NEXT = Part("next", "What happens next, and when", "The next visit, review or report.", comes_first=True)
TREATMENT = Part("treatment", "Treatment planned, and why", may_not_apply=True, carried=True)
FREQUENCY = Part("frequency", "Frequency and duration", may_not_apply=True, carried=True)
GOALS = Part("goals", "Goals and anticipated outcomes", may_not_apply=True, carried=True)
MEASURES = Part("measures", "Objective measures", may_not_apply=True, is_measures=True, carried=True)


def _how_soon(referral) -> str:
    return f"{referral.get_urgency_display().capitalize()}."


AMENDED = Part("amended", "What this version changes, and why", comes_first=True)

DESCRIPTIONS: dict[str, Description] = {
    ReportType.INITIAL: Description(
        "Initial report and treatment plan",
        (FOUND, ASKED, NEXT, TREATMENT, FREQUENCY, GOALS, MEASURES),
        answers="initial",
    ),
    ReportType.INTERIM: Description(
        "Progress report",
        (
            Part("found", "What has changed", "Since the last report.", comes_first=True),
            ASKED,
            NEXT,
            Part("treatment", "Treatment so far and planned, and why", may_not_apply=True, carried=True),
            FREQUENCY,
            GOALS,
            MEASURES,
        ),
        answers="interim",
    ),
    ReportType.DISCHARGE: Description(
        "Discharge report",
        (
            Part("found", "Where the patient is now", "In two or three sentences.", comes_first=True),
            ASKED,
            Part("next", "What happens next", "What to watch for, and when to send them back.", True),
            Part("treatment", "Treatment given, and why", may_not_apply=True),
            Part("frequency", "Frequency and duration", "How many visits, over what time.", False, True),
            Part("goals", "Goals, and what was reached", may_not_apply=True, carried=True),
            MEASURES,
        ),
        answers="final",
    ),
    ReportType.SECOND_OPINION: Description(
        "Second opinion",
        (
            FOUND,
            ASKED,
            NEXT,
            Part("treatment", "Treatment we would plan, and why", may_not_apply=True),
            Part("frequency", FREQUENCY.title, may_not_apply=True),
            Part("goals", GOALS.title, may_not_apply=True),
            Part("measures", MEASURES.title, may_not_apply=True, is_measures=True),
        ),
        answers="initial",
    ),
    ReportType.REFERRAL_LETTER: Description(
        "Referral letter",
        (
            Part(
                "reason",
                "Why we refer",
                "In two or three sentences.",
                comes_first=True,
                begins_with=attrgetter("reason"),
            ),
            Part("asked", "What we ask of you", "An opinion, a test, treatment, the care.", comes_first=True),
            Part("urgency", "How soon, and why", comes_first=True, begins_with=_how_soon),
            Part("history", "Relevant history and findings", may_not_apply=True),
            Part("treatment", "Treatment so far, and what it did", may_not_apply=True),
            Part("medicines", "Medicines and allergies", may_not_apply=True),
            Part("measures", MEASURES.title, may_not_apply=True, is_measures=True),
        ),
        direction=Direction.SENT,
        noun="letter",
    ),
}


def kinds_for(referral) -> list[str]:
    """The kinds of documents that can be written about a referral."""
    return [kind for kind, description in DESCRIPTIONS.items() if description.direction == referral.direction]
