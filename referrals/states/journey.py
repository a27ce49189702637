"""The way of a referral and its patient: which step follows which, and how one is taken back."""

from dataclasses import dataclass
from datetime import date

from django.db import models


class Direction(models.TextChoices):
    RECEIVED = "received", "received"
    SENT = "sent", "sent"


class Source(models.TextChoices):
    PARTNER = "partner", "a partner"
    SELF = "self", "the patient"
    FORMER_PATIENT = "former_patient", "a former patient"
    FAMILY_OR_STAFF = "family_or_staff", "family or staff"
    ONLINE = "online", "found online"
    UNKNOWN = "unknown", "unknown, ask"


class Urgency(models.TextChoices):
    ROUTINE = "routine", "routine"
    URGENT = "urgent", "urgent"
    ASAP = "asap", "as soon as possible"
    STAT = "stat", "immediately"


class Channel(models.TextChoices):
    PHONE = "phone", "phone"
    FAX = "fax", "fax"
    LETTER = "letter", "letter"
    EMAIL = "email", "e-mail"
    PORTAL = "portal", "a portal"
    IN_PERSON = "in_person", "in person"
    PATIENT = "patient", "through the patient"


class Journey(models.TextChoices):
    DRAFT = "draft", "draft"
    REQUESTED = "requested", "requested"
    ACCEPTED = "accepted", "accepted"
    SCHEDULED = "scheduled", "booked"
    ATTENDED = "attended", "attended"
    IN_CARE = "in_care", "in care"
    COMPLETED = "completed", "completed"
    NO_SHOW = "no_show", "did not come"
    ON_HOLD = "on_hold", "on hold"
    DECLINED = "declined", "declined"
    CANCELLED = "cancelled", "cancelled"
    PATIENT_DECLINED = "patient_declined", "patient declined"
    UNREACHABLE = "unreachable", "unreachable"
    DISCONTINUED = "discontinued", "stopped coming"
    REDIRECTED = "redirected", "redirected"
    ENTERED_IN_ERROR = "entered_in_error", "entered in error"


J = Journey
TRACK = (J.REQUESTED, J.ACCEPTED, J.SCHEDULED, J.ATTENDED, J.IN_CARE, J.COMPLETED)
REOPENABLE = frozenset({J.DECLINED, J.UNREACHABLE, J.CANCELLED, J.PATIENT_DECLINED, J.DISCONTINUED})
CLOSED = REOPENABLE | {J.COMPLETED, J.REDIRECTED, J.ENTERED_IN_ERROR}
AWAITING_BOOKING = frozenset({J.REQUESTED, J.ACCEPTED, J.NO_SHOW})
SEEN = frozenset({J.ATTENDED, J.IN_CARE, J.COMPLETED, J.DISCONTINUED})
UNCOUNTED = frozenset({J.DRAFT, J.ENTERED_IN_ERROR})  # in no statistic
WITHDRAWN = frozenset({J.DECLINED, J.REDIRECTED, J.ENTERED_IN_ERROR})  # what takes a thank-you back
NEEDS_REASON = frozenset({J.DECLINED, J.CANCELLED, J.REDIRECTED, J.DISCONTINUED, J.ENTERED_IN_ERROR})

# From shared product rules; on_hold and entered_in_error go back to the state they came from.
ALLOWED: dict[str, frozenset[str]] = {
    J.DRAFT: frozenset({J.REQUESTED, J.CANCELLED}),
    J.REQUESTED: frozenset(
        {
            J.ACCEPTED,
            J.DECLINED,
            J.REDIRECTED,
            J.SCHEDULED,
            J.ATTENDED,
            J.UNREACHABLE,
            J.PATIENT_DECLINED,
            J.CANCELLED,
            J.ON_HOLD,
        }
    ),
    J.ACCEPTED: frozenset(
        {
            J.SCHEDULED,
            J.ATTENDED,
            J.IN_CARE,
            J.REDIRECTED,
            J.UNREACHABLE,
            J.PATIENT_DECLINED,
            J.CANCELLED,
            J.ON_HOLD,
        }
    ),
    J.SCHEDULED: frozenset({J.ATTENDED, J.NO_SHOW, J.ACCEPTED, J.ON_HOLD, J.CANCELLED, J.PATIENT_DECLINED}),
    J.NO_SHOW: frozenset({J.SCHEDULED, J.UNREACHABLE, J.PATIENT_DECLINED, J.CANCELLED}),
    J.ATTENDED: frozenset({J.IN_CARE, J.COMPLETED, J.DISCONTINUED, J.ON_HOLD}),
    J.IN_CARE: frozenset({J.COMPLETED, J.DISCONTINUED, J.ON_HOLD}),
    J.ON_HOLD: frozenset({J.CANCELLED}),
    J.COMPLETED: frozenset(),
    J.REDIRECTED: frozenset(),
    J.ENTERED_IN_ERROR: frozenset(),
} | {closed: frozenset({J.REQUESTED}) for closed in REOPENABLE}
UNDO_ERROR_DAYS = 30


class Verb(models.TextChoices):
    """What a person does to a referral; the labels are those of the buttons."""

    REQUEST = "request", "Log it"
    ACCEPT = "accept", "Accepted"
    SCHEDULE = "schedule", "Booked for…"
    ATTEND = "attend", "They came"
    START_CARE = "start_care", "Care has begun"
    COMPLETE = "complete", "Care is complete"
    MISS = "miss", "They did not come"
    REBOOK = "rebook", "The appointment is off: book again"
    HOLD = "hold", "Put on hold"
    RESUME = "resume", "Take up again"
    MARK_UNREACHABLE = "mark_unreachable", "Cannot be reached"
    PATIENT_DECLINES = "patient_declines", "The patient declined"
    DECLINE = "decline", "Decline"
    REDIRECT = "redirect", "Pass on to another partner"
    DISCONTINUE = "discontinue", "The patient stopped coming"
    CANCEL = "cancel", "Cancel"
    REOPEN = "reopen", "Reopen"
    ENTER_IN_ERROR = "enter_in_error", "Entered in error"
    UNDO_ERROR = "undo_error", "It was no error"


@dataclass(frozen=True)
class Step:
    """One row of the table as a verb. ``to`` is None where the step goes back to where it came from."""

    verb: Verb
    to: Journey | None
    start: frozenset[str]
    stamp: str = ""  # the date field that the first such step fills

    @property
    def label(self) -> str:
        return self.verb.label

    @property
    def needs_reason(self) -> bool:
        return self.to in NEEDS_REASON or self.verb in {Verb.REOPEN, Verb.UNDO_ERROR}


def _towards(target):
    return frozenset(state for state, targets in ALLOWED.items() if target in targets)


STEPS: dict[str, Step] = {
    step.verb: step
    for step in (
        Step(Verb.REQUEST, J.REQUESTED, frozenset({J.DRAFT})),
        Step(Verb.ACCEPT, J.ACCEPTED, frozenset({J.REQUESTED}), "accepted_on"),
        Step(Verb.SCHEDULE, J.SCHEDULED, _towards(J.SCHEDULED), "scheduled_on"),
        Step(Verb.ATTEND, J.ATTENDED, _towards(J.ATTENDED), "attended_on"),
        Step(Verb.START_CARE, J.IN_CARE, _towards(J.IN_CARE), "in_care_on"),
        Step(Verb.COMPLETE, J.COMPLETED, _towards(J.COMPLETED), "completed_on"),
        Step(Verb.MISS, J.NO_SHOW, _towards(J.NO_SHOW)),
        Step(Verb.REBOOK, J.ACCEPTED, frozenset({J.SCHEDULED})),
        Step(Verb.RESUME, None, frozenset({J.ON_HOLD})),
        Step(Verb.HOLD, J.ON_HOLD, _towards(J.ON_HOLD)),
        Step(Verb.MARK_UNREACHABLE, J.UNREACHABLE, _towards(J.UNREACHABLE)),
        Step(Verb.PATIENT_DECLINES, J.PATIENT_DECLINED, _towards(J.PATIENT_DECLINED)),
        Step(Verb.DECLINE, J.DECLINED, _towards(J.DECLINED)),
        Step(Verb.REDIRECT, J.REDIRECTED, _towards(J.REDIRECTED)),
        Step(Verb.DISCONTINUE, J.DISCONTINUED, _towards(J.DISCONTINUED)),
        Step(Verb.CANCEL, J.CANCELLED, _towards(J.CANCELLED)),
        Step(Verb.REOPEN, J.REQUESTED, REOPENABLE),
        Step(Verb.ENTER_IN_ERROR, J.ENTERED_IN_ERROR, frozenset(J) - {J.ENTERED_IN_ERROR}),
        Step(Verb.UNDO_ERROR, None, frozenset({J.ENTERED_IN_ERROR})),
    )
}


# Nothing outside this referral followed from these; the rest has a way back of its own, or none.
TAKEN_BACK = frozenset(Verb) - {Verb.REQUEST, Verb.REDIRECT, Verb.ENTER_IN_ERROR, Verb.UNDO_ERROR}
UNDO_DAYS = 30


class CallOutcome(models.TextChoices):
    """How a call to a patient who is not booked yet ended."""

    NO_ANSWER = "no_answer", "no answer"
    LEFT_MESSAGE = "left_message", "left a message"
    WRONG_NUMBER = "wrong_number", "wrong number"


@dataclass(frozen=True)
class Stop:
    """One stop of a track as a page shows it."""

    label: str
    on: date | None = None
    is_done: bool = False
    is_now: bool = False


# The one step that usually comes next; the others stand behind it.
NEXT_VERB: dict[str, Verb] = {
    J.DRAFT: Verb.REQUEST,
    J.REQUESTED: Verb.ACCEPT,
    J.ACCEPTED: Verb.SCHEDULE,
    J.SCHEDULED: Verb.ATTEND,
    J.NO_SHOW: Verb.SCHEDULE,
    J.ATTENDED: Verb.START_CARE,
    J.IN_CARE: Verb.COMPLETE,
    J.ON_HOLD: Verb.RESUME,
}


def steps_from(journey: str) -> list[Step]:
    """Every step the table allows from this state, the usual ones first."""
    return [step for step in STEPS.values() if journey in step.start]


def next_step(journey: str) -> Step | None:
    """The one step that usually comes next, or None when the journey is over."""
    return STEPS[NEXT_VERB[journey]] if journey in NEXT_VERB else None
