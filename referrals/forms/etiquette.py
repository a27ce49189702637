"""Whether a letter to a colleague reads as a question between equals. It advises; the person decides."""

import re
from dataclasses import dataclass

ASKS = (
    "It asks, and does not tell.",
    "It says what we saw, not what they did.",
    "It leaves room for reasons that we do not know.",
    "It offers ways to answer that suit them.",
    "It goes to them alone, and never by the patient.",
)


@dataclass(frozen=True)
class Flag:
    """Words that may hurt, as they stand in the letter, and what could stand there instead."""

    words: str
    instead: str


BLUNT = [
    (
        r"you (?:did|got|have|had|were|are)(?: done| it| this| that)* wrong|your (?:mistake|error|fault)",
        "Say what you noticed and not who was wrong: “we were not sure whether …”.",
    ),
    (
        r"you (?:should|must|have to|need to|ought to)(?: not)?(?: have)?|you shouldn't(?: have)?"
        r"|you (?:failed|forgot|neglected)(?: to)?",
        "Ask instead of telling: “would you consider …?”.",
    ),
    (
        r"why (?:did|didn't|do|don't|have|haven't) you(?: not)?|what were you thinking|explain yourself",
        "“Why” can sound like a reproach: “could you help us to understand …?”.",
    ),
    (
        r"obviously|clearly|needless to say|as you (?:surely |should )?know"
        r"|any(?:one|body) (?:can|could|would) see",
        "Without this word the sentence says the same, and more kindly.",
    ),
    (
        r"unacceptable|negligen(?:t|ce)|careless(?:ly)?|incompeten(?:t|ce)|ridiculous|irresponsible"
        r"|unprofessional|malpractice|nonsense|inappropriate",
        "A judgement closes the talk: describe what you saw, and ask.",
    ),
    (
        r"(?:we|i) (?:demand|insist|expect you)|immediately|at once|asap|final (?:warning|reminder)",
        "Say by when you would like to know, and why.",
    ),
    (
        r"(?:we|i) (?:strongly |completely )?disagree|(?:we|i) (?:do not|don't|cannot|can't) accept",
        "“We read it differently and may be missing something” leaves the door open.",
    ),
]
CAPITALS = re.compile(r"\b[A-Z]{3,}(?: +[A-Z]{2,})+\b|\b[A-Z]{7,}\b")
LOUD = re.compile(r"[!?]{2,}")


def flagged(text: str) -> list[Flag]:
    """What in ``text`` may sound blunt or loud, in the order in which it stands there, each once."""
    plain = text.replace("’", "'")
    found = [
        (match.start(), Flag(text[match.start() : match.end()], instead))
        for pattern, instead in BLUNT
        for match in re.finditer(rf"\b(?:{pattern})\b", plain, re.IGNORECASE)
    ]
    for pattern, instead in (
        (CAPITALS, "Capitals read like shouting: small letters say it as well."),
        (LOUD, "One mark is enough."),
    ):
        found += [(match.start(), Flag(match[0], instead)) for match in pattern.finditer(text)]
    found.sort(key=lambda each: each[0])
    return list({flag.words.casefold(): flag for _, flag in reversed(found)}.values())[::-1]
