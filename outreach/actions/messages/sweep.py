"""What a dead or stopped worker left behind."""

from django.db.models import Q
from django.utils import timezone

from outreach.actions.messages.send import lease
from outreach.models import Message
from outreach.states import IN_FLIGHT, MessageState

UNKNOWN = "The work stopped between handing it over and the mail server's answer."


def expired(now):
    """Messages in flight whose lease has ended.

    A lease that ends later than any that is given now was given before the clock was set back, and counts
    as expired.
    """
    over = Q(lease_until__lte=now) | Q(lease_until__gt=now + 2 * lease())
    return Message.objects.filter(over, state__in=sorted(IN_FLIGHT))


def recover():
    """Put messages with an expired lease where they belong.

    One that was claimed goes back: nothing was sent, and its old worker is fenced off. One that was
    being handed over may not have arrived, and is never sent again by itself.
    """
    rows = expired(timezone.now())
    rows.filter(state=MessageState.CLAIMED).update(state=MessageState.PENDING, lease_until=None)
    rows.filter(state=MessageState.DISPATCHING).update(
        state=MessageState.IN_DOUBT, lease_until=None, reply=UNKNOWN
    )
