"""After a backup was put back: nothing leaves before a person has looked at it."""

from django.db import transaction
from django.db.models import F

from outreach.models import Message
from outreach.states import IN_FLIGHT, UNCLAIMED, Hold, MessageState
from referralcrm.audit.actions import record

COULD_LEAVE = UNCLAIMED | IN_FLIGHT


@transaction.atomic
def hold_after_restore() -> int:
    """Hold every message that could still leave in the practice that is entered; returns how many.

    The backup does not know what left after it was made, nor which draft was approved since.
    """
    leaving = Message.objects.filter(state__in=COULD_LEAVE).select_for_update(no_key=True)
    held = list(leaving.values_list("pk", flat=True))
    Message.objects.filter(pk__in=held).update(
        state=MessageState.HELD,
        hold=Hold.RESTORED,
        lease_until=None,
        waiting_because="",
        version=F("version") + 1,
    )
    record("held after a restore", subjects=held, subject_type="message")
    return len(held)
