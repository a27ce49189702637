"""What to say to the second of two people at one row: who was first, with what, and when."""

from collections.abc import Callable

from referralcrm.audit.models import AuditEvent
from referralcrm.core.templatetags.house import short_day
from referralcrm.practice.scope import current_practice


def who_was_quicker(kind: str, pk, *, what: Callable[[AuditEvent], str], person=None) -> str:
    """One sentence about the last change of a row, as the audit log has it; ``what`` words the event.

    ``kind`` is the row's model name. No patient is named. ``person`` hears of their own change as theirs.
    """
    practice = current_practice()
    changes = (
        AuditEvent.objects.of(practice).changes().filter(subject_type=kind, subjects__contains=[str(pk)])
    )
    event = changes.first()
    if event is None:
        return "Somebody changed this in the meantime. Look at it again."
    told = f"{what(event)}, {_when(event.at, practice)}."
    if person and event.actor_id == person.pk:
        return f"You did this already: {told}"
    return f"{event.actor_name[:1].upper()}{event.actor_name[1:]} was quicker: {told}"


def _when(moment, practice):
    local = moment.astimezone(practice.zone)
    day = "" if local.date() == practice.today() else f"on {short_day(local.date(), practice.today())} "
    return f"{day}at {local:%H:%M}"
