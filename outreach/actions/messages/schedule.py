"""When a note to a partner leaves: at the rule's hour, and a week after the one before."""

from datetime import datetime, time, timedelta

from django.db.models.functions import Coalesce
from django.utils import timezone

from outreach.actions.messages.verdict import partner_zone
from outreach.models import Message
from outreach.states import IN_FLIGHT, THANKS, MessageState, RuleKind

DAYS_BETWEEN = 7
LEFT = IN_FLIGHT | {MessageState.SENT, MessageState.IN_DOUBT}


def next_slot(*, rule, partner, calendar) -> tuple[datetime, str]:
    """When a new note of this rule may leave, and why it waits (in words, or nothing).

    Thanks for a patient leave at the rule's hour of this working day or the next, anything else as soon
    as mail may. Within seven days of a note of the same rule thanks wait for the seventh day; those for a
    report also after thanks for a patient, so that nobody is thanked by mail twice a week.
    """
    now, zone = timezone.now(), partner_zone(partner, calendar)
    if rule.kind not in THANKS:
        return calendar.mail_slot(now, zone=zone), ""
    start, because = now, ""
    if last := _last_left(rule, partner):
        day = last.astimezone(zone).date()
        seventh = datetime.combine(day + timedelta(days=DAYS_BETWEEN), time.min, tzinfo=zone)
        if seventh > now:
            start = seventh
            because = f"A note left on {day.day} {day:%B}; this one waits a week, and others join it."
    hour = rule.send_at if rule.kind == RuleKind.THANK_YOU else None
    return calendar.mail_slot(start, preferred=hour, zone=zone), because


def _last_left(rule, partner):
    kinds = THANKS if rule.kind == RuleKind.REPORT_THANKS else {rule.kind}
    notes = Message.objects.filter(rule__kind__in=kinds, partner=partner, state__in=LEFT)
    left = Coalesce("sent_at", "lease_until", "due_at")
    return notes.annotate(left=left).order_by("-left").values_list("left", flat=True).first()
