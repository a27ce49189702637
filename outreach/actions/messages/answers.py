"""What people decide about a message: approve, change, send now, take back, and the two answers."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from outreach import mail
from outreach.actions.messages import private
from outreach.actions.messages.thanks import NO_LONGER_COUNTS, forget_withdrawn
from outreach.actions.messages.verdict import EXPIRES_AFTER, obstacle, zone_of
from outreach.states import NEEDS_ANSWER, STORIES, UNCLAIMED, Hold, MessageState
from referralcrm.audit.actions import record
from referralcrm.core.nudge import nudge
from referralcrm.core.refused import Refused, Stale
from referralcrm.core.versions import lock
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice

M = MessageState
UNDO = timedelta(days=30)


@transaction.atomic
def approve(message, *, version, by):
    """Let a draft go at its hour, or at the next moment mail may leave. Raises Refused."""
    message = _seen(message, version, {M.HELD})
    message.approved_by, message.approved_at = by, timezone.now()
    _release(message, at=max(message.due_at, timezone.now()))
    _keep(message, "approved", by)


@transaction.atomic
def edit(message, *, version, subject, body, by):
    """Give a note that still waits the words of a person; they are sent as they stand. Raises Refused."""
    message = _seen(message, version, UNCLAIMED)
    if message.rule.kind in STORIES:
        raise Refused("These words were approved as they stand. Take the message back, and change the story.")
    if problems := mail.lacks(body, message.rule.kind):
        raise Refused(" ".join(problems), field="body")
    message.subject, message.body, message.text_fixed = mail.one_line(subject), body, True
    if message.hold == Hold.APPROVAL:
        message.waiting_because = ""
    _keep(message, "changed the text of", by, changed=["subject", "body"])


@transaction.atomic
def send_now(message, *, version, by):
    """Let a scheduled note go at once, whatever the hour or the holiday. Raises Refused.

    Nothing else is overridden: not an opt-out, a bounce or an ending.
    """
    message = _seen(message, version, {M.PENDING})
    _release(message, at=timezone.now(), at_once=True)
    _keep(message, "sent now", by)


@transaction.atomic
def withdraw(message, *, version, by):
    """Take a note back before it leaves. Raises Refused."""
    message = _seen(message, version, UNCLAIMED)
    message.state, message.hold, message.waiting_because = M.CANCELLED, "", f"Taken back by {by.name}."
    message.answered_by, message.answered_at = by, timezone.now()
    _keep(message, "took back", by)


@transaction.atomic
def reinstate(message, *, by):
    """Undo: a note that a person took back within 30 days waits for approval again. Raises Refused."""
    message = _seen(message, None, {M.CANCELLED})
    if not message.answered_at or message.answered_at < timezone.now() - UNDO:
        raise Refused("Only what a person took back within 30 days can be put back.")
    forget_withdrawn([message])
    private.forget_what_is_over([message])
    if message.partner and not message.causes.live().exists():
        raise Refused(NO_LONGER_COUNTS)
    message.state, message.hold, message.waiting_because = M.HELD, Hold.APPROVAL, ""
    message.answered_by = message.answered_at = None
    _keep(message, "put back", by)


@transaction.atomic
def mark_sent(message, *, version, by):
    """It did arrive: whoever asked the partner knows. Raises Refused."""
    message = _seen(message, version, {M.IN_DOUBT})
    message.state, message.sent_at = M.SENT, timezone.now()
    private.forget(message.pk)
    _answer(message, "marked as sent", by)


@transaction.atomic
def resend(message, *, version, by):
    """Send the same text again, with the same Message-ID. Raises Refused."""
    message = _seen(message, version, NEEDS_ANSWER)
    message.answered_at = timezone.now()
    _release(message, at=timezone.now())
    message.text_fixed = bool(message.body)
    _answer(message, "sent again", by)


@transaction.atomic
def leave(message, *, version, by):
    """Do not send it again. Raises Refused."""
    message = _seen(message, version, NEEDS_ANSWER)
    message.state = M.CANCELLED
    message.waiting_because = f"{by.name} decided not to send it again."
    _answer(message, "left", by)


def _seen(message, version, states):
    """The row, locked, when it is still as the person saw it. Raises Refused or Stale."""
    row = lock(message)
    if row.state not in states:
        raise Refused(f"This message is {row.get_state_display()} by now; nothing was changed.")
    if version is not None and version != row.version:
        raise Stale(row)
    return row


def _release(message, *, at, at_once=False):
    """Let it leave at the first moment from ``at`` on. Raises Refused when it may not be written at all."""
    if verdict := obstacle(message):
        message.hold, message.suppression = verdict.hold, verdict.suppression
        why = message.get_hold_display() or message.get_suppression_display()
        raise Refused(f"It cannot be sent: {why}.")
    calendar = Calendar(current_practice())
    message.state, message.hold, message.waiting_because = M.PENDING, "", ""
    message.lease_until, message.ignore_quiet_hours = None, at_once
    message.due_at = at if at_once else calendar.mail_slot(at, zone=zone_of(message, calendar))
    message.expires_at = message.due_at + EXPIRES_AFTER
    if message.due_at <= timezone.now():
        nudge("outreach.send", message.practice_id)


def _answer(message, verb, by):
    message.answered_by, message.answered_at = by, timezone.now()
    _keep(message, verb, by)


def _keep(message, verb, by, changed=()):
    message.version += 1
    message.save()
    record(verb, by=by, subject=message, changed=changed)
