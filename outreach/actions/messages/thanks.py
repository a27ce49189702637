"""Thanks for a received referral or a report: from the fact to its place, in the fact's own transaction."""

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from outreach.actions import tasks
from outreach.actions.messages.schedule import next_slot
from outreach.actions.messages.verdict import EXPIRES_AFTER, Verdict, held, partner_obstacle
from outreach.models import Message, MessageCause, Rule, Task
from outreach.states import (
    IN_FLIGHT,
    THANKS,
    UNCLAIMED,
    Approval,
    Hold,
    MessageState,
    RuleKind,
    TaskKind,
    TaskState,
)
from partners.models import Partner
from partners.states import AddressState, Channel, Stage
from referralcrm.audit.actions import record
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals.states import WITHDRAWN, Direction, Journey

LONG_AGO = timedelta(days=14)
WITHIN_WORKING_DAYS = 2
BY_HAND = {Channel.PHONE: TaskKind.THANK_CALL, Channel.CARD: TaskKind.THANK_CARD}
TITLES = {TaskKind.THANK_CALL: "Call {} to say thank you", TaskKind.THANK_CARD: "Write {} a thank-you card"}
# A fresh fact joins what leaves by itself or waits for approval; an old one never joins the former.
JOINS = {"": {"", Hold.APPROVAL}, Hold.APPROVAL: {"", Hold.APPROVAL}, Hold.LONG_AGO: {Hold.LONG_AGO}}
RETURNABLE = UNCLAIMED | {MessageState.CLAIMED, MessageState.SUPPRESSED, MessageState.FAILED}

NO_LONGER_COUNTS = "The referral it was for no longer counts."


@transaction.atomic
def thank(referral, *, by=None):
    """Make a received referral a cause of thanks to its partner, once however often this is called.

    It joins the note to the same partner that has not been claimed yet, or opens one; a partner who
    prefers a card or a call, or has no e-mail, gets a task instead.
    """
    rule = Rule.objects.filter(kind=RuleKind.THANK_YOU, is_active=True).first()
    if rule is None or referral.direction != Direction.RECEIVED or not referral.partner_id:
        return
    partner = locked(referral.partner_id)
    cause, is_new = MessageCause.objects.get_or_create(
        rule=rule, fact=_fact(referral), defaults={"referral": referral}
    )
    if is_new:
        place(cause, partner, by=by)


def _fact(referral) -> str:
    """One fact a referral; one more when it turns out, too late, that somebody else had sent it."""
    fact = f"referral:{referral.pk}"
    others = Q(message__isnull=False) & ~Q(message__partner=referral.partner_id)
    others |= Q(task__isnull=False) & ~Q(task__partner=referral.partner_id)
    left = MessageCause.objects.live().filter(others, fact=fact)
    return f"{fact}:{referral.partner_id.hex}" if left.exists() else fact


@transaction.atomic
def take_back(referral, *, by=None):
    """The referral no longer counts: its thanks, where they have not left yet, are taken back visibly."""
    for cause in _causes(referral).live().select_related("rule"):
        locked(referral.partner_id)
        withdraw(cause, by=by)


def withdraw(cause, *, by=None) -> bool:
    """Take one cause out of its note or task; False when that has left, or is done, already."""
    if cause.task_id and not _leave_task(cause, by=by):
        return False
    if cause.message_id and not _leave_message(cause, by=by):
        return False
    cause.withdrawn_at = timezone.now()
    cause.save(update_fields=["withdrawn_at"])
    return True


@transaction.atomic
def put_back(referral, *, by=None):
    """The referral counts again: thanks that had been taken back find a place again."""
    for cause in _causes(referral).filter(withdrawn_at__isnull=False).select_related("rule"):
        put_again(cause, by=by)


def put_again(cause, *, by=None):
    """What was taken back counts again, and finds a place of its own."""
    cause.withdrawn_at, cause.message, cause.task = None, None, None
    place(cause, locked(cause.referral.partner_id), by=by)


def place_again(cause, *, by=None):
    """Take a cause out of a note or task that still waits, and find it a place with its own partner."""
    partner = locked(cause.referral.partner_id)
    if _leave_task(cause, by=by) if cause.task_id else _leave_message(cause, by=by):
        cause.message, cause.task = None, None
        place(cause, partner, by=by)


def forget_withdrawn(messages):
    """Take what no longer counts out of these notes: they were leaving, or taken back, when it was told."""
    counts_no_more = Q(referral__journey__in=WITHDRAWN, rule__kind=RuleKind.THANK_YOU)
    counts_no_more |= Q(referral__journey=Journey.ENTERED_IN_ERROR) | Q(referral__deleted_at__isnull=False)
    gone = MessageCause.objects.live().filter(counts_no_more, message__in=messages)
    gone.update(withdrawn_at=timezone.now())


def locked(partner_id) -> Partner:
    """The partner, locked so that two facts at once open one message; links to it stay free."""
    return Partner.objects.select_for_update(no_key=True).get(pk=partner_id)


def standing(rule, partner, *, long_ago: bool) -> Verdict:
    """Where a note stands before it is due: waiting for its hour, for a person, or not to be sent."""
    if verdict := partner_obstacle(partner):
        return verdict
    if long_ago:
        return held(Hold.LONG_AGO)
    return held(Hold.APPROVAL) if rule.approval == Approval.DRAFT else Verdict(MessageState.PENDING)


def waiting_notes(rule, partner, verdict):
    """The notes that a fact with this standing may join, as a QuerySet; the newest is the one."""
    if verdict.state == MessageState.SUPPRESSED:
        return Message.objects.none()
    notes = Message.objects.joinable().filter(rule=rule, partner=partner)
    return notes.filter(hold__in=JOINS.get(verdict.hold, {verdict.hold}))


def waiting_note(rule, partner, verdict, *, besides=None) -> Message | None:
    """The note that a fact with this standing joins, locked; None when it opens one."""
    notes = waiting_notes(rule, partner, verdict).exclude(pk=besides and besides.pk)
    return notes.select_for_update(no_key=True).first()


def way_to_thank(partner, kind=RuleKind.THANK_YOU) -> str:
    """The kind of task by which they are thanked by hand; empty when it is a mail.

    For a report, which somebody thanks for on purpose, who gets no mail gets a card.
    """
    if partner.stage == Stage.ENDED:
        return ""
    no_mail = not partner.email
    if kind == RuleKind.REPORT_THANKS:
        no_mail = no_mail or partner.has_opted_out or partner.email_state == AddressState.BOUNCED
    return BY_HAND.get(partner.preferred_channel, TaskKind.THANK_CARD if no_mail else "")


def place(cause, partner, *, by):
    """Find a cause its place: a note that waits or a new one, or a task to thank by hand. Saves it."""
    if way_to_thank(partner, cause.rule.kind):
        cause.task = _joined_task(cause, partner, by=by)
    else:
        cause.message = _joined_message(cause, partner, by=by)
    cause.save()
    if cause.task:
        _recount(cause.task)


def _joined_message(cause, partner, *, by):
    is_for_a_patient = cause.rule.kind == RuleKind.THANK_YOU  # a report is thanked for when it comes
    long_ago = is_for_a_patient and cause.referral.happened_on < current_practice().today() - LONG_AGO
    verdict = standing(cause.rule, partner, long_ago=long_ago)
    message = waiting_note(cause.rule, partner, verdict)
    if message is None:
        return _opened(cause.rule, partner, verdict, by=by)
    ask_to_read_again(message)
    return message


def ask_to_read_again(message):
    """Another cause joined: the words of a person, which nobody else changes, wait for a second look."""
    if not message.text_fixed:
        return
    message.state, message.hold = MessageState.HELD, Hold.APPROVAL
    message.waiting_because = "More to thank for came in after the text was changed: please read it again."
    message.version += 1
    message.save(update_fields=["state", "hold", "waiting_because", "version"])


def _opened(rule, partner, verdict, *, by):
    due_at, because = next_slot(rule=rule, partner=partner, calendar=Calendar(current_practice()))
    if verdict.state == MessageState.PENDING:
        verdict = replace(verdict, due_at=due_at, waiting_because=because)
    message = Message.objects.create(
        rule=rule,
        partner=partner,
        to_address=partner.email,
        expires_at=due_at + EXPIRES_AFTER,
        **{"due_at": due_at} | verdict.values(),
    )
    record("queued", by=by, subject=message)
    return message


def _joined_task(cause, partner, *, by):
    kind, location = way_to_thank(partner, cause.rule.kind), cause.referral.location
    live = MessageCause.objects.live().filter(task=OuterRef("pk"), rule=cause.rule)
    same = Task.objects.open().filter(Exists(live), kind=kind, partner=partner)
    if task := same.select_for_update(no_key=True, of=("self",)).first():
        _meet(task, location)
        return task
    practice = current_practice()
    due_on = Calendar(practice).add_working_days(practice.today(), WITHIN_WORKING_DAYS)
    title = TITLES[kind].format(partner.name)[:200]
    return tasks.add(
        kind=kind,
        title=title,
        due_on=due_on,
        partner=partner,
        owner=partner.owner,
        location=location,
        by=by,
    )


def _meet(task, location):
    """Thanks for patients of several locations belong to none of them."""
    if task.location_id and task.location_id != (location and location.pk):
        task.location = None
        task.save(update_fields=["location"])


def words_for(task, *, without=None) -> str:
    """Why there is a task to thank: for so many referrals, or reports."""
    causes = task.causes.live().exclude(pk=without and without.pk)
    is_for_reports = causes.filter(rule__kind=RuleKind.REPORT_THANKS).exists()
    one, rest = ("report", "they sent") if is_for_reports else ("referral", "they made")
    count = causes.count()
    return f"For {count} {one}s {rest}." if count > 1 else f"For a {one} {rest}."


def _recount(task, *, without=None):
    """Say for how many referrals or reports the thanks are."""
    task.why = words_for(task, without=without)
    task.version += 1
    task.save(update_fields=["why", "version"])


def _causes(referral):
    return MessageCause.objects.filter(referral=referral, rule__kind__in=THANKS)


def _leave_message(cause, *, by) -> bool:
    """Take the cause out of its message; False when that has left or is leaving.

    A worker that has claimed it is fenced off: it finds another state when it wants to hand it over.
    """
    message = Message.objects.select_for_update(no_key=True).get(pk=cause.message_id)
    if message.state not in RETURNABLE:
        return False
    if not message.causes.live().exclude(pk=cause.pk).exists():
        message.state, message.hold, message.suppression = MessageState.CANCELLED, "", ""
        message.waiting_because = NO_LONGER_COUNTS
        record("took back", by=by, subject=message)
    elif message.state in IN_FLIGHT:
        message.state = MessageState.PENDING
    message.lease_until = None
    message.version += 1
    message.save()
    return True


def _leave_task(cause, *, by) -> bool:
    task = Task.objects.select_for_update(no_key=True).get(pk=cause.task_id)
    if task.state != TaskState.REQUESTED:
        return False
    if task.causes.live().exclude(pk=cause.pk).exists():
        _recount(task, without=cause)
    else:
        tasks.cancel(task, because=NO_LONGER_COUNTS, by=by)
    return True
