"""When the partner a message is for moves, retires, dies, asks for no mail, or comes back."""

from dataclasses import replace

from django.db import transaction

from outreach.actions import tasks
from outreach.actions.messages.schedule import next_slot
from outreach.actions.messages.thanks import LONG_AGO, ask_to_read_again, locked, standing, waiting_note
from outreach.actions.messages.verdict import EXPIRES_AFTER, Verdict, partner_obstacle
from outreach.models import Message, MessageCause, Task
from outreach.states import UNCLAIMED, Hold, MessageState, RuleKind, Suppression, TaskState
from partners.states import Stage
from referralcrm.audit.actions import record
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice

STOPPED = (
    {"hold__in": [Hold.PARTNER_ENDED, Hold.FRICTION]},
    {"suppression__in": [Suppression.OPTED_OUT, Suppression.ENDED]},
)


@transaction.atomic
def stop_for(partner, *, by=None):
    """Hold or stop what waits for a partner: ended, no e-mail please, or something was hard for them.

    Who ended is not thanked by hand either.
    """
    partner = locked(partner.pk)
    if verdict := partner_obstacle(partner):
        # what waits for a person anyway goes on waiting for the reason it has
        states = {MessageState.PENDING} if verdict.hold == Hold.FRICTION else UNCLAIMED
        waiting = Message.objects.filter(partner=partner, state__in=states)
        for message in waiting.select_for_update(no_key=True):
            _apply(message, verdict)
            record("stopped", by=by, subject=message)
    if partner.stage == Stage.ENDED:
        _call_off_thanks(partner, by=by)


@transaction.atomic
def resume_for(partner, *, by=None):
    """An ending or opt-out was taken back, or what was hard for them answered: what that stopped waits
    again, as a draft where it is old.
    """
    partner = locked(partner.pk)
    calendar = Calendar(current_practice())
    stopped = Message.objects.filter(partner=partner, answered_at__isnull=True)
    stopped = stopped.filter(**STOPPED[0]) | stopped.filter(**STOPPED[1])
    for message in stopped.select_related("rule").select_for_update(no_key=True, of=("self",)):
        verdict = standing(message.rule, partner, long_ago=_is_old(message))
        if other := waiting_note(message.rule, partner, verdict, besides=message):
            _merge(message, into=other)
        else:
            _resume(message, partner, verdict, calendar)
        record("resumed", by=by, subject=message)


def _merge(message, *, into):
    """One partner gets one note: what had been stopped joins the one that waits."""
    message.causes.live().update(message=into)
    ask_to_read_again(into)
    _apply(message, Verdict(MessageState.CANCELLED, waiting_because="It joined another note."))


def _resume(message, partner, verdict, calendar):
    if verdict.state == MessageState.PENDING:
        due_at, because = next_slot(rule=message.rule, partner=partner, calendar=calendar)
        verdict = replace(verdict, due_at=due_at, waiting_because=because)
        message.expires_at = due_at + EXPIRES_AFTER
        message.save(update_fields=["expires_at"])
    _apply(message, verdict)


def _apply(message, verdict: Verdict):
    for name, value in verdict.values().items():
        setattr(message, name, value)
    message.version += 1
    message.save(update_fields=[*verdict.values(), "version"])


def _is_old(message) -> bool:
    oldest = current_practice().today() - LONG_AGO
    causes = message.causes.live().exclude(rule__kind=RuleKind.REPORT_THANKS)
    return causes.filter(referral__happened_on__lt=oldest).exists()


def _call_off_thanks(partner, *, by):
    causes = MessageCause.objects.live().filter(task__partner=partner, task__state=TaskState.REQUESTED)
    for task in Task.objects.filter(pk__in=causes.values("task")):
        tasks.cancel(task, because=f"{partner.name} is no longer a partner.", by=by)
