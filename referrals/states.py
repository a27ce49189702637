"""The two axes of a referral: the journey of the patient and the loop of the report."""

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


class Paper(models.TextChoices):
    """What a piece of paper is."""

    FAX = "fax", "fax"
    LETTER = "letter", "letter"
    CARD = "card", "card"
    REPORT = "report", "report"
    CONSENT = "consent", "consent form"
    OTHER = "other", "other paper"


class Enclosed(models.TextChoices):
    """Where something that goes with a referral is."""

    ENCLOSED = "enclosed", "enclosed"
    TO_FOLLOW = "to_follow", "to follow"
    LEFT_OUT = "left_out", "not needed this time"


class Felt(models.TextChoices):
    """How a patient found it at the partner we sent them to: words, never stars."""

    GOOD = "good", "good"
    MIXED = "mixed", "mixed"
    POOR = "poor", "poor"


PAPER_BYTES = 20 * 1024 * 1024  # the largest file
MOST_PAPER = 60  # files with one referral


class Detail(models.TextChoices):
    """What a referral often comes without."""

    PHONE = "phone", "the patient’s phone number"
    BIRTH_DATE = "birth_date", "the date of birth"
    REASON = "reason", "the reason for the referral"
    INSURER = "insurer", "the insurer"
    IMAGING = "imaging", "imaging or findings"


class ConsentScope(models.TextChoices):
    """What a patient agrees that we pass on."""

    REPORT = "report", "reports"
    REFERRAL = "referral", "referral letters"
    STORY = "story", "a success story"
    COMPLIMENT = "compliment", "a compliment"


IDENTIFIABLE = frozenset({ConsentScope.REPORT, ConsentScope.REFERRAL})  # for treating providers only


class ConsentTo(models.TextChoices):
    """Whom a consent names."""

    OTHER_SIDE = "other_side", "the partner of this referral"
    PARTNER = "partner", "a partner named here"
    CARE_TEAM = "care_team", "all clinicians who treat the patient"


class ConsentHow(models.TextChoices):
    WRITTEN = "written", "in writing"
    SPOKEN = "spoken", "spoken"
    ELECTRONIC = "electronic", "an electronic form"


class StoryKind(models.TextChoices):
    """What is told about a patient who cannot be recognised; the values are those of ConsentScope."""

    STORY = ConsentScope.STORY.value, "success story"
    COMPLIMENT = ConsentScope.COMPLIMENT.value, "compliment"


CONSENT_ENDS_SOON = 14  # days before its last one on which a page says so


class CareRole(models.TextChoices):
    """What a clinician is to a patient (FHIR CareTeam.participant.role)."""

    PRIMARY_CARE = "primary_care", "primary care"
    SURGEON = "surgeon", "surgeon"
    SPECIALIST = "specialist", "specialist"
    DENTIST = "dentist", "dentist"
    THERAPIST = "therapist", "therapist"
    MENTAL_HEALTH = "mental_health", "mental health"
    OTHER = "other", "another clinician"


class AdviceDirection(models.TextChoices):
    """Who asked whom; the values are those of a referral's direction."""

    RECEIVED = "received", "we were asked"
    SENT = "sent", "we asked"


class AdviceKind(models.TextChoices):
    IMAGING = "imaging", "a look at images"
    MANAGEMENT = "management", "how to manage"
    PRESCRIPTION = "prescription", "a prescription"
    URGENT = "urgent", "urgent"


class AdviceChannel(models.TextChoices):
    PHONE = "phone", "phone"
    TEXT = "text", "text message"
    EMAIL = "email", "e-mail"
    LETTER = "letter", "letter"
    FAX = "fax", "fax"
    PORTAL = "portal", "a portal"
    IN_PERSON = "in_person", "in person"


class AdviceStep(models.TextChoices):
    """What the answer leads to."""

    MANAGE = "manage", "manage it there"
    INVESTIGATE = "investigate", "investigate"
    REFER = "refer", "refer"
    OTHER = "other", "something else"


class ReportKind(models.TextChoices):
    INITIAL = "initial", "first report"
    INTERIM = "interim", "progress report"
    FINAL = "final", "final report"


class Side(models.TextChoices):
    US = "us", "we report"
    THEM = "them", "they report"


class Running(models.TextChoices):
    """What a clock runs for."""

    REPORT = "report", "reports"
    ACKNOWLEDGEMENT = "acknowledge", "telling the referrer"
    APPOINTMENT = "appointment", "appointments"


class Loop(models.TextChoices):
    """What is stored; "overdue" is due with a date in the past and is never stored."""

    NOT_DUE = "not_due", "not due yet"
    DUE = "due", "due"
    PAUSED = "paused", "paused"
    SENT = "sent", "sent"
    RECEIVED = "received", "received"
    ACKNOWLEDGED = "acknowledged", "confirmed"
    NOT_REQUIRED = "not_required", "not required"


MOST_REMINDERS = 2  # to ask for one report
URGENCY_OF = (
    Loop.DUE,
    Loop.PAUSED,
    Loop.NOT_DUE,
    Loop.SENT,
    Loop.RECEIVED,
    Loop.ACKNOWLEDGED,
    Loop.NOT_REQUIRED,
)
WAITING = frozenset({Loop.NOT_DUE, Loop.DUE, Loop.PAUSED})
REPORTED = frozenset({Loop.SENT, Loop.RECEIVED, Loop.ACKNOWLEDGED})
WITHOUT_A_DAY = frozenset({Loop.NOT_DUE, Loop.PAUSED, Loop.NOT_REQUIRED})  # no clock runs
DONE = {Side.US: Loop.SENT, Side.THEM: Loop.RECEIVED}

# A patient who was never seen leaves nothing to report about; once seen, only an error does.
UNSEEN_EXITS = frozenset(
    {J.DECLINED, J.CANCELLED, J.PATIENT_DECLINED, J.UNREACHABLE, J.REDIRECTED, J.DISCONTINUED}
)
NOBODY_WAITS = "No partner waits for a report."
TAKES_ITS_PLACE = "Care is over; the final report takes its place."
NOT_AGREED = "No progress reports are agreed any more."
SAYS_HOW_IT_ENDED = "The first report is still to come, and says how it ended."
STOPPED: dict[str, str] = {
    exit: f"The referral was {exit.label}." for exit in (J.DECLINED, J.CANCELLED, J.REDIRECTED)
} | {
    J.PATIENT_DECLINED: "The patient declined.",
    J.UNREACHABLE: "The patient could not be reached.",
    J.DISCONTINUED: "The patient stopped coming.",
    J.ENTERED_IN_ERROR: "The referral was entered in error.",
}


class ReportType(models.TextChoices):
    """What a document we write about a patient is; ``models.report_parts`` says what stands in it."""

    INITIAL = "initial", "initial report"
    INTERIM = "interim", "progress report"
    DISCHARGE = "discharge", "discharge report"
    SECOND_OPINION = "second_opinion", "second opinion"
    REFERRAL_LETTER = "referral_letter", "referral letter"


class ReportStatus(models.TextChoices):
    """FHIR Composition.status: a draft, and what was signed and stays as it is."""

    PRELIMINARY = "preliminary", "draft"
    FINAL = "final", "final"


class Better(models.TextChoices):
    """In which direction a measure gets better; without one no change is computed."""

    UNSET = "", "not said"
    HIGHER = "higher", "higher is better"
    LOWER = "lower", "lower is better"


MOST_MEASURES = 24  # rows of one report
MOST_ENCLOSED = 12  # files with one report


class DeliveryChannel(models.TextChoices):
    """How a report goes to a partner."""

    LINK = "link", "by a link in an e-mail"
    POST = "post", "by post"
    FAX = "fax", "by fax"
    BY_HAND = "by_hand", "by hand"

    @property
    def done(self) -> str:
        """What has happened when it has gone."""
        return {"link": "link sent", "post": "posted", "fax": "faxed"}.get(self.value, "handed over")


class Closed(models.TextChoices):
    """Why a report that was sent is no longer to be had by whoever it was sent to."""

    TAKEN_BACK = "taken_back", "somebody took it back"
    CONSENT = "consent", "the patient withdrew their consent"
    LEFT_TEAM = "left_team", "they no longer treat this patient"
    NOT_TREATING = "not_treating", "they are no longer marked as a treating provider"


BY_HAND = frozenset({DeliveryChannel.POST, DeliveryChannel.FAX})  # a person does it, and ticks it
