"""What one side promised the other about a patient, and how far it is."""

from django.db import models

from referrals.states.journey import J


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
