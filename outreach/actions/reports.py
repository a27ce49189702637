"""What a report that goes to a partner leads to: a mail with its link, or a task to post or fax it."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from outreach.actions import tasks
from outreach.actions.messages import private
from outreach.models import MessageCause, Rule, Task
from outreach.states import RuleKind, TaskKind, TaskState
from referralcrm.audit.actions import record
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals.states import BY_HAND, DeliveryChannel

TITLES = {DeliveryChannel.POST: "Post a {} to {}", DeliveryChannel.FAX: "Fax a {} to {}"}
TAKEN_BACK = "It was taken back."


@transaction.atomic
def let_leave(delivery, *, by=None):
    """By mail as soon as mail may, or by hand the next working day; what was handed over is done."""
    if delivery.link_id:
        private.send_link(delivery.link, referral=delivery.report.referral, by=by)
    elif delivery.channel in BY_HAND:
        _ask_for(delivery, by)


def _ask_for(delivery, by):
    rule = Rule.objects.get(kind=RuleKind.REPORT_NOTICE)
    cause, is_new = MessageCause.objects.get_or_create(
        rule=rule, fact=_fact(delivery), defaults={"referral": delivery.report.referral}
    )
    if is_new:
        practice = current_practice()
        cause.task = tasks.add(
            kind=TaskKind.SEND_REPORT,
            title=TITLES[delivery.channel].format(delivery.report.noun, delivery.partner.name)[:200],
            why="Covering letter, envelope and fax sheet stand with it. Tick it there, or here.",
            due_on=Calendar(practice).add_working_days(practice.today(), 1),
            partner=delivery.partner,
            referral=delivery.report.referral,
            owner=by,
            by=by,
        )
        cause.save(update_fields=["task"])


def close_task(delivery, *, by):
    """It was posted, so that nobody needs to be asked; nothing happens when the task is what told it."""
    closed = {"state": TaskState.COMPLETED, "closed_at": timezone.now(), "closed_by": by}
    _turn(delivery, TaskState.REQUESTED, closed, "completed", by)


def reopen_task(delivery, *, by):
    """It was not posted after all."""
    opened = {"state": TaskState.REQUESTED, "closed_at": None, "closed_by": None}
    _turn(delivery, TaskState.COMPLETED, opened, "reopened", by)


def call_off(delivery, *, by):
    """It was taken back before it was posted."""
    for task in _tasks(delivery).filter(state=TaskState.REQUESTED):
        tasks.cancel(task, because=TAKEN_BACK, by=by)


def _turn(delivery, state, values, verb, by):
    for task in _tasks(delivery).filter(state=state):
        Task.objects.filter(pk=task.pk).update(version=F("version") + 1, **values)
        record(verb, by=by, subject=task)


def _fact(delivery) -> str:
    return f"delivery:{delivery.pk}"


def _tasks(delivery):
    return Task.objects.filter(kind=TaskKind.SEND_REPORT, causes__fact=_fact(delivery))
