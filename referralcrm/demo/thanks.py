"""The thank-you notes of the demo practice: each received referral is a cause of one, in every state."""

from datetime import timedelta

from outreach import mail
from outreach.actions.messages.thanks import BY_HAND, LONG_AGO, TITLES, WITHIN_WORKING_DAYS
from outreach.actions.messages.verdict import EXPIRES_AFTER
from outreach.models import Message, MessageCause, Rule, Task, Touchpoint
from outreach.states import Hold, MessageState, RuleKind, Suppression, TaskKind, TaskState, TouchpointKind
from referralcrm.demo.world import World
from referrals.models import Referral
from referrals.states import Direction, Journey

JOIN_DAYS = 7
TAKES_BACK = {Journey.DECLINED, Journey.ENTERED_IN_ERROR, Journey.REDIRECTED}
CONTACTS = {TaskKind.THANK_CALL: TouchpointKind.CALL, TaskKind.THANK_CARD: TouchpointKind.LETTER}


class Thanks:
    """Writes the notes batch by batch; a partner's waiting or latest note decides what joins it."""

    def __init__(self, world: World):
        self.world = world
        self.rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
        self.latest: dict = {}  # the last note of each partner
        self.patients: dict = {}  # how many a note speaks of, while it waits
        self.recent: list[Message] = []

    def write(self, referrals: list[Referral]):
        """Insert notes, causes and thank-by-hand tasks for what was received; in the order of typing."""
        self.messages, self.causes, self.tasks, self.touchpoints = [], [], [], []
        for referral in sorted(referrals, key=lambda row: row.entered_at):
            if referral.direction == Direction.RECEIVED and referral.partner:
                self._thank(referral)
        Touchpoint.objects.bulk_create(self.touchpoints, batch_size=2000)
        Task.objects.bulk_create(self.tasks, batch_size=2000)
        Message.objects.bulk_create(self.messages, batch_size=2000)
        MessageCause.objects.bulk_create(self.causes, batch_size=2000)
        self.recent = [message for message in self.latest.values() if message.state == MessageState.SENT]

    def _thank(self, referral):
        if referral.partner.preferred_channel in BY_HAND:
            self._thank_by_hand(referral)
            return
        message = self._open_note(referral)
        cause = self._cause(referral, message=message)
        if self._was_taken_back(referral, message):
            cause.withdrawn_at = min(referral.entered_at + timedelta(hours=1), self.world.now)
        else:
            self.patients[message.pk] += 1
        self._settle(message, referral)

    def _open_note(self, referral):
        """The partner's waiting note, or a new one that keeps its distance from the last."""
        last = self.latest.get(referral.partner_id)
        if (
            last
            and last.due_at > referral.entered_at
            and last.state in {MessageState.SENT, MessageState.PENDING}
        ):
            return last
        from_then = referral.entered_at
        if last and last.sent_at:
            from_then = max(from_then, last.sent_at + timedelta(days=JOIN_DAYS) - timedelta(hours=1))
        message = Message(
            rule=self.rule,
            partner=referral.partner,
            due_at=self.world.calendar.mail_slot(from_then, preferred=self.rule.send_at),
            created_at=referral.entered_at,
            to_address=referral.partner.email,
        )
        message.expires_at = message.due_at + EXPIRES_AFTER
        if from_then > referral.entered_at:
            left = last.sent_at
            message.waiting_because = (
                f"A note left on {left.day} {left:%B}; this one waits a week, and others join it."
            )
        self.patients[message.pk] = 0
        self.latest[referral.partner_id] = message
        self.messages.append(message)
        return message

    def _was_taken_back(self, referral, message):
        if referral.journey not in TAKES_BACK:
            return False
        return (referral.closed_on or referral.happened_on) <= message.due_at.date()

    def _settle(self, message, referral):
        """What became of the note by now."""
        partner = referral.partner
        if not self.patients[message.pk]:
            message.state = MessageState.CANCELLED
            message.waiting_because = "The referral it was for no longer counts."
        elif partner.email_opted_out_at and message.due_at > partner.email_opted_out_at:
            message.state, message.suppression = MessageState.SUPPRESSED, Suppression.OPTED_OUT
        elif partner.ended_on and message.due_at.date() >= partner.ended_on:
            message.state, message.hold = MessageState.HELD, Hold.PARTNER_ENDED
        elif referral.entered_at.date() - referral.happened_on > LONG_AGO:
            message.state, message.hold = MessageState.HELD, Hold.LONG_AGO
        elif message.due_at <= self.world.now:
            self._send(message)
        else:
            message.state = MessageState.PENDING

    def _send(self, message):
        message.state, message.attempt, message.waiting_because = MessageState.SENT, 1, ""
        took = timedelta(seconds=self.world.rng.randint(4, 70))
        message.sent_at = min(message.due_at + took, self.world.now)
        message.reply = "250 OK"
        message.subject, message.body = mail.thanks(
            self.rule,
            practice=self.world.practice,
            partner=message.partner,
            patients=self.patients[message.pk],
        )

    def _thank_by_hand(self, referral):
        world, partner = self.world, referral.partner
        kind = BY_HAND[partner.preferred_channel]
        task = Task(
            kind=kind,
            title=TITLES[kind].format(partner.name),
            why="For a referral they made.",
            partner=partner,
            owner=partner.owner,
            location=referral.location,
            due_on=world.calendar.add_working_days(referral.entered_at.date(), WITHIN_WORKING_DAYS),
            created_at=referral.entered_at,
        )
        cause = self._cause(referral, task=task)
        done = world.workday(referral.entered_at.date() + timedelta(days=world.rng.choice([0, 1, 1, 2, 4])))
        if referral.journey in TAKES_BACK:
            task.state, task.closed_at = TaskState.CANCELLED, world.at(referral.entered_at.date(), 18)
            cause.withdrawn_at = task.closed_at
        elif done < world.today and not (task.due_on >= world.today and world.odds(0.5)):
            contact = Touchpoint(
                partner=partner,
                kind=CONTACTS[kind],
                happened_on=done,
                entered_at=world.at(done),
                by=partner.owner,
            )
            self.touchpoints.append(contact)
            task.state, task.touchpoint = TaskState.COMPLETED, contact
            task.closed_at, task.closed_by = contact.entered_at, partner.owner
        self.tasks.append(task)

    def _cause(self, referral, **place):
        cause = MessageCause(
            rule=self.rule,
            fact=f"referral:{referral.pk}",
            referral=referral,
            created_at=referral.entered_at,
            **place,
        )
        self.causes.append(cause)
        return cause

    def upset(self):
        """Of the latest notes some failed, some may not have arrived, some still wait for approval."""
        told = {self.world.stories[key].pk for key in ("steady", "steady2")}
        newest = sorted(
            (note for note in self.recent if note.partner_id not in told), key=lambda note: note.sent_at
        )[::-1]
        for message, change in zip(newest[:5], [_lose, _refuse, _hold, _hold, _lose], strict=False):
            change(message)
            message.sent_at = None
            message.save()


def _lose(message):
    message.state = MessageState.IN_DOUBT
    message.reply = "The line dropped while the note was handed over."


def _refuse(message):
    message.state, message.refusals = MessageState.FAILED, 1
    message.reply = "550 5.1.1 Mailbox not found"


def _hold(message):
    message.state, message.hold = MessageState.HELD, Hold.APPROVAL
    message.attempt, message.reply, message.subject, message.body = 0, "", "", ""
