"""A task to post or fax a report tells, when it is ticked, that the report was sent."""

from uuid import UUID

from outreach.models import MessageCause
from outreach.states import TaskKind
from referrals.actions import deliveries
from referrals.models import Delivery


def tell_delivery(task, *, by):
    """A task to post a report was ticked: the report is sent. Raises Refused."""
    if task.kind == TaskKind.SEND_REPORT and (delivery := _delivery_of(task)):
        deliveries.mark_sent(delivery, by=by)


def untell_delivery(task, *, by):
    """The tick was taken back. Raises Refused."""
    if task.kind == TaskKind.SEND_REPORT and (delivery := _delivery_of(task)):
        deliveries.mark_unsent(delivery, by=by)


def _delivery_of(task):
    cause = MessageCause.objects.filter(task=task, fact__startswith="delivery:").first()
    return cause and Delivery.objects.with_all().get(pk=UUID(cause.fact.partition(":")[2]))
