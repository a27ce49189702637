"""A success story or a compliment on its way: the words are fixed, and a person said yes to them.

It goes to the partner of its referral or to somebody on the patient's care team, each once: by e-mail, or on
paper, which is a task until it is posted.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from outreach import mail
from outreach.actions import tasks
from outreach.actions.messages.schedule import next_slot
from outreach.actions.messages.thanks import locked
from outreach.actions.messages.verdict import EXPIRES_AFTER, Verdict, partner_obstacle
from outreach.models import Message, MessageCause, Rule, Task
from outreach.states import IN_FLIGHT, UNCLAIMED, MessageState, StoryWay, TaskKind, TaskState
from partners.models import Partner
from partners.states import Stage
from referralcrm.audit.actions import record
from referralcrm.core.nudge import nudge
from referralcrm.core.refused import Refused
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals import actions
from referrals.actions import consents
from referrals.actions.care_team import each_once
from referrals.actions.stories import mark_shared, unmark_shared
from referrals.models import CareTeamMember, Story

ON_ITS_WAY = UNCLAIMED | IN_FLIGHT | {MessageState.SENT, MessageState.IN_DOUBT, MessageState.FAILED}
BY_HAND = frozenset({TaskState.REQUESTED, TaskState.COMPLETED})
WITHDRAWN = "The patient withdrew their consent."


@dataclass(frozen=True)
class Share:
    """One way a story took to one partner: a message, or a task to post it."""

    partner: Partner
    message: Message | None
    task: Task | None

    @property
    def is_out(self) -> bool:
        """Whether it goes there or went, so that the words stay as they are."""
        if self.task:
            return self.task.state in BY_HAND
        return self.message.state in ON_ITS_WAY

    @property
    def told(self) -> str:
        """How it goes and how far it came, in words."""
        if not self.task:
            return f"by e-mail, {self.message.get_state_display()}"
        gone = {TaskState.REQUESTED: "to be posted", TaskState.COMPLETED: "given to them on paper"}
        return gone.get(self.task.state, f"on paper, {self.task.get_state_display()}")


def with_letters(told):
    """Stories with the text that ``letter`` puts around them, so that it needs no query of its own."""
    rule = Rule.objects.filter(kind=OuterRef("kind"))
    parts = {f"letter_{name}": Subquery(rule.values(name)[:1]) for name in ("subject", "body")}
    return told.annotate(**parts)


def letter(story, partner=None) -> tuple[str, str]:
    """Subject and body as they would reach ``partner`` (else the referral's, which has to be loaded)."""
    if hasattr(story, "letter_body"):
        rule = Rule(kind=story.kind, subject=story.letter_subject, body=story.letter_body)
    else:
        rule = Rule.objects.get(kind=story.kind)
    referral = story.referral
    return mail.story(rule, story.words, partner=partner or referral.partner, location=referral.location)


def recipients(story) -> list[Partner]:
    """Who may hear it: the partner of its referral first, then whoever is on the patient's care team."""
    team = CareTeamMember.objects.kept().of(story.patient).select_related("partner__organisation")
    everybody = [story.referral.partner, *(member.partner for member in each_once(team))]
    return [who for who in dict.fromkeys(everybody) if who and who.deleted_at is None]


def shares_of(story) -> list[Share]:
    """Every way it took, the first one first."""
    causes = MessageCause.objects.filter(rule__kind=story.kind, fact__startswith=_fact(story))
    causes = causes.select_related("message__rule", "message__partner", "task__partner").order_by(
        "created_at"
    )
    found = [(cause.message or cause.task, cause) for cause in causes]
    return [Share(way.partner, cause.message, cause.task) for way, cause in found if way]


def message_of(story) -> Message | None:
    """The message that takes it to the partner of its referral, or took it last."""
    cause = MessageCause.objects.filter(fact=_fact(story)).select_related("message__rule").first()
    return cause and cause.message


@transaction.atomic
def share(story, *, by, partner=None, way=StoryWay.EMAIL, version=None) -> Message | Task:
    """Send it to ``partner`` (else the partner of its referral) with these words; ``by`` approved them.

    Raises NotCovered without a current consent, Refused when somebody could be recognised, when it is
    on its way already, and when the partner is not written to.
    """
    partner = _recipient(story, partner)
    consents.require(story.referral.patient, partner, what=story.kind)
    partner = locked(partner.pk)
    told = mark_shared(story, version=version)
    cause, _ = MessageCause.objects.get_or_create(
        rule=Rule.objects.get(kind=told.kind),
        fact=_fact(told, partner),
        defaults={"referral": told.referral},
    )
    made = cause.message or cause.task
    if made and Share(partner, cause.message, cause.task).is_out:
        raise Refused("It is on its way already." if cause.message else "They have it on paper, or will.")
    cause.message, cause.task, cause.withdrawn_at = None, None, None
    if way == StoryWay.EMAIL:
        cause.message = _queue(told, cause.rule, partner, by)
    else:
        cause.task = _ask_to_post(told, partner, by)
    cause.save(update_fields=["message", "task", "withdrawn_at"])
    if way == StoryWay.BY_HAND:
        tasks.complete(cause.task, version=cause.task.version, by=by)
    record("shared", by=by, subject=told, note=way)
    return cause.message or cause.task


def _recipient(story, partner):
    possible = recipients(story)
    if partner is None and story.referral.partner is None:
        raise Refused("No partner sent this patient. Choose somebody on the care team.")
    partner = partner or story.referral.partner
    if partner not in possible:
        raise Refused("Choose the partner of the referral, or somebody on the patient’s care team.")
    return partner


@transaction.atomic
def retell(story, *, version, by, words):
    """Give it other words, also when what took it was taken back everywhere. Raises Refused and Stale."""
    ways = shares_of(story)
    if story.shared_at and version == story.version and ways and not any(way.is_out for way in ways):
        story = unmark_shared(story)
        version = story.version
    return actions.retell(story, version=version, by=by, words=words)


def _ask_to_post(story, partner, by):
    if partner.stage == Stage.ENDED:
        raise Refused("The relationship with this partner has ended.")
    practice = current_practice()
    return tasks.add(
        kind=TaskKind.SEND_STORY,
        title=f"Post a {story.get_kind_display()} to {partner.name}"[:200],
        why="Its letter is printed from the story. It names no patient.",
        due_on=Calendar(practice).add_working_days(practice.today(), 1),
        partner=partner,
        referral=story.referral,
        owner=by,
        by=by,
    )


def _queue(story, rule, partner, by):
    now = timezone.now()
    due_at, because = next_slot(rule=rule, partner=partner, calendar=Calendar(current_practice()))
    verdict = partner_obstacle(partner, let_go_at=now) or Verdict(
        MessageState.PENDING, due_at=due_at, waiting_because=because
    )
    if verdict.state == MessageState.SUPPRESSED:
        raise Refused("This partner is not written to by e-mail. Tell them in person, or post it.")
    subject, body = letter(story, partner)
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
def stop(patient, *, by):
    """A consent was withdrawn, or somebody left the care team: what nothing covers now does not leave."""
    for story in Story.objects.filter(referral__patient=patient, shared_at__isnull=False):
        stopped = [way for way in shares_of(story) if _is_uncovered(story, way) and _stop(way, by=by)]
        if stopped and not any(way.is_out for way in shares_of(story)):
            unmark_shared(story)


def _is_uncovered(story, way) -> bool:
    return consents.problem(story.patient, way.partner, what=story.kind) is not None


def _stop(way, *, by) -> bool:
    """Whether it could still be kept back."""
    if way.task:
        waiting = way.task.state == TaskState.REQUESTED
        tasks.cancel(way.task, because=WITHDRAWN, by=by)
        return waiting
    waiting = Message.objects.filter(pk=way.message.pk, state__in=UNCLAIMED | {MessageState.CLAIMED})
    if waiting.update(state=MessageState.CANCELLED, hold="", lease_until=None, waiting_because=WITHDRAWN):
        record("took back", by=by, subject=way.message)
        return True
    return False


def _fact(story, partner=None) -> str:
    """One for the partner of the referral, one more for each other partner."""
    fact = f"story:{story.pk}"
    return fact if partner is None or partner.pk == story.referral.partner_id else f"{fact}:{partner.pk.hex}"
