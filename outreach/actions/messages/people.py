"""Mail to our own people, such as Monday's digest."""

from django.db import transaction
from django.utils import timezone

from outreach.actions.messages.verdict import EXPIRES_AFTER
from outreach.models import Message, MessageCause
from referralcrm.audit.actions import record


@transaction.atomic
def write_to(person, *, rule, fact, subject, body, due_at=None):
    """Queue a mail to a person of the practice, once for each ``fact`` of the rule.

    ``subject`` and ``body`` are final. ``due_at`` is now unless given; quiet hours are kept in the
    practice's zone. Returns the Message, the first one's when this is called again.
    """
    cause, is_new = MessageCause.objects.get_or_create(rule=rule, fact=fact)
    if not is_new:
        return cause.message
    due_at = due_at or timezone.now()
    cause.message = Message.objects.create(
        rule=rule,
        person=person,
        to_address=person.email,
        subject=subject,
        body=body,
        text_fixed=True,
        due_at=due_at,
        expires_at=due_at + EXPIRES_AFTER,
    )
    cause.save(update_fields=["message"])
    record("queued", subject=cause.message)
    return cause.message
