"""When a note to a partner leaves: at the rule's hour, and a week after the one before."""

from datetime import datetime, time, timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone

from outreach.actions.messages.verdict import partner_zone
from outreach.models import Message
from outreach.states import IN_FLIGHT, MessageState, RuleKind

DAYS_BETWEEN = 7
LEFT = IN_FLIGHT | {MessageState.SENT, MessageState.IN_DOUBT}


def next_slot(*, rule, partner, calendar) -> tuple[datetime, str]:
    """When a new note of this rule may leave, and why it waits (in words, or nothing).

    Thanks leave at the rule's hour of this working day or the next; within seven days of a note to the
    same partner they wait for the seventh day. Anything else leaves as soon as mail may.
    """
    now, zone = timezone.now(), partner_zone(partner, calendar)
    if rule.kind != RuleKind.THANK_YOU:
        return calendar.mail_slot(now, zone=zone), ""
    start, because = now, ""
    if last := _last_left(rule, partner):
        day = last.astimezone(zone).date()
        seventh = datetime.combine(day + timedelta(days=DAYS_BETWEEN), time.min, tzinfo=zone)
        if seventh > now:
            start = seventh
            because = f"A note left on {day.day} {day:%B}; this one waits a week, and others join it."
    return calendar.mail_slot(start, preferred=rule.send_at, zone=zone), because


def _last_left(rule, partner):
    notes = Message.objects.filter(rule=rule, partner=partner, state__in=LEFT)
    left = Coalesce("sent_at", "lease_until", "due_at")
    return notes.annotate(left=left).order_by("-left").values_list("left", flat=True).first()
