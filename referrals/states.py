"""The two axes of a referral: the journey of the patient and the loop of the report."""

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


class ReportKind(models.TextChoices):
    INITIAL = "initial", "first report"


class Side(models.TextChoices):
    US = "us", "we report"
    THEM = "them", "they report"


class Loop(models.TextChoices):
    """What is stored; "overdue" is due with a date in the past and is never stored."""

    NOT_DUE = "not_due", "not due yet"
    DUE = "due", "due"
    SENT = "sent", "sent"
    RECEIVED = "received", "received"
    ACKNOWLEDGED = "acknowledged", "confirmed"
    NOT_REQUIRED = "not_required", "not required"


REPORT_DAYS = 7  # when nothing is agreed
