"""Tasks to post something: ticked, a report was sent; a story goes only while the patient agrees."""

from uuid import UUID

from outreach.models import MessageCause
from outreach.states import TaskKind
from referrals.actions import consents, deliveries
from referrals.models import Delivery, Story


def tell_delivery(task, *, by):
    """A task to post a report was ticked: the report is sent. Raises Refused."""
    if task.kind == TaskKind.SEND_REPORT and (delivery := _delivery_of(task)):
        deliveries.mark_sent(delivery, by=by)


def untell_delivery(task, *, by):
    """The tick was taken back. Raises Refused."""
    if task.kind == TaskKind.SEND_REPORT and (delivery := _delivery_of(task)):
        deliveries.mark_unsent(delivery, by=by)


def require_consent(task):
    """A task to post a story can be ticked while a consent covers it. Raises NotCovered (a Refused)."""
    if task.kind != TaskKind.SEND_STORY:
        return
    cause = MessageCause.objects.filter(task=task, fact__startswith="story:").first()
    if cause:
        story = Story.objects.select_related("referral__patient").get(pk=UUID(cause.fact.split(":")[1]))
        consents.require(story.patient, task.partner, what=story.kind)


def _delivery_of(task):
    cause = MessageCause.objects.filter(task=task, fact__startswith="delivery:").first()
    return cause and Delivery.objects.with_all().get(pk=UUID(cause.fact.partition(":")[2]))
