"""A success story or a compliment on its way: the words are fixed, and a person said yes to them."""

from django.db import transaction
from django.utils import timezone

from outreach import mail
from outreach.actions.messages.schedule import next_slot
from outreach.actions.messages.thanks import locked
from outreach.actions.messages.verdict import EXPIRES_AFTER, Verdict, partner_obstacle
from outreach.models import Message, MessageCause, Rule
from outreach.states import IN_FLIGHT, UNCLAIMED, MessageState
from referralcrm.audit.actions import record
from referralcrm.core.nudge import nudge
from referralcrm.core.refused import Refused
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals import actions
from referrals.actions import consents
from referrals.actions.stories import mark_shared, unmark_shared
from referrals.models import Story

ON_ITS_WAY = UNCLAIMED | IN_FLIGHT | {MessageState.SENT, MessageState.IN_DOUBT, MessageState.FAILED}
WITHDRAWN = "The patient withdrew their consent."


def letter(story) -> tuple[str, str]:
    """Subject and body as they would leave; needs ``referral`` with its partner loaded."""
    rule = Rule.objects.get(kind=story.kind)
    referral = story.referral
    return mail.story(rule, story.words, partner=referral.partner, location=referral.location)


def message_of(story) -> Message | None:
    """The message that takes it to the partner, or took it last."""
    cause = MessageCause.objects.filter(fact=_fact(story)).select_related("message__rule").first()
    return cause and cause.message


@transaction.atomic
def share(story, *, by, version=None) -> Message:
    """Send it to the partner of its referral, with these words; ``by`` is who approved them.

    Raises NotCovered without a current consent, Refused when somebody could be recognised, when it is
    on its way already, and when the partner is not written to.
    """
    partner = story.referral.partner
    if partner is None:
        raise Refused("No partner sent this patient, so there is nobody to send it to.")
    consents.require(story.referral.patient, partner, what=story.kind)
    partner = locked(partner.pk)
    told = mark_shared(story, version=version)
    rule = Rule.objects.get(kind=told.kind)
    cause, _ = MessageCause.objects.get_or_create(
        rule=rule, fact=_fact(told), defaults={"referral": told.referral}
    )
    if cause.message and cause.message.state in ON_ITS_WAY:
        raise Refused("It is on its way already.")
    cause.message, cause.withdrawn_at = _queue(told, rule, partner, by), None
    cause.save(update_fields=["message", "withdrawn_at"])
    record("shared", by=by, subject=told)
    return cause.message


@transaction.atomic
def retell(story, *, version, by, words):
    """Give it other words, also when the message that took it was taken back. Raises Refused and Stale."""
    message = message_of(story)
    if story.shared_at and version == story.version and message and message.state not in ON_ITS_WAY:
        story = unmark_shared(story)
        version = story.version
    return actions.retell(story, version=version, by=by, words=words)


def _queue(story, rule, partner, by):
    now = timezone.now()
    due_at, because = next_slot(rule=rule, partner=partner, calendar=Calendar(current_practice()))
    verdict = partner_obstacle(partner, let_go_at=now) or Verdict(
        MessageState.PENDING, due_at=due_at, waiting_because=because
    )
    if verdict.state == MessageState.SUPPRESSED:
        raise Refused("This partner is not written to by e-mail. Tell them in person.")
    subject, body = letter(story)
    fields = {"due_at": due_at, "expires_at": due_at + EXPIRES_AFTER} | verdict.values()
    message = Message.objects.create(
        rule=rule,
        partner=partner,
        to_address=partner.email,
        subject=subject,
        body=body,
        text_fixed=True,
        approved_by=by,
        approved_at=now,
        **fields,
    )
    record("queued", by=by, subject=message)
    if message.state == MessageState.PENDING and due_at <= now:
        nudge("outreach.send", message.practice_id)
    return message


@transaction.atomic
def stop(consent, *, by):
    """A consent was withdrawn: what it alone covered and has not left yet does not leave."""
    for story in Story.objects.filter(referral__patient=consent.patient, shared_at__isnull=False):
        partner = story.referral.partner
        if partner is None or consents.problem(story.referral.patient, partner, what=story.kind) is None:
            continue
        if (message := message_of(story)) is None:
            continue
        waiting = Message.objects.filter(pk=message.pk, state__in=UNCLAIMED | {MessageState.CLAIMED})
        if waiting.update(state=MessageState.CANCELLED, hold="", lease_until=None, waiting_because=WITHDRAWN):
            unmark_shared(story)
            record("took back", by=by, subject=message)


def _fact(story):
    return f"story:{story.pk}"
