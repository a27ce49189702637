"""The outbox: a message is a row before it is anything else, with one recipient."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from outreach.models.tasks import Task
from outreach.states import (
    IN_FLIGHT,
    NEEDS_ANSWER,
    UNCLAIMED,
    Approval,
    Hold,
    MessageState,
    RuleKind,
    Suppression,
)
from partners.models import Partner
from referralcrm.practice.models import Location, PracticeOwned, User, scoped
from referralcrm.practice.places import shown_at
from referrals.models import Referral


class Rule(PracticeOwned):
    """A practice's rule: what happened leads to which message, and whether a person approves it."""

    kind = models.CharField(max_length=20, choices=RuleKind)
    is_active = models.BooleanField("in force", default=True)
    approval = models.CharField(max_length=10, choices=Approval, default=Approval.AUTOMATIC)
    send_at = models.TimeField("time of day", default="17:00")
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=4000)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "kind"], name="rule_once")]

    def __str__(self):
        return self.get_kind_display()


@dataclass(frozen=True)
class Shelf:
    """Messages that people look at together."""

    label: str
    states: frozenset
    order: str
    empty: str


SHELVES = {
    "approval": Shelf(
        "Waiting for approval", frozenset({MessageState.HELD}), "due_at", "Nothing waits for a person"
    ),
    "answer": Shelf("May not have arrived", NEEDS_ANSWER, "-due_at", "Everything that left has arrived"),
    "scheduled": Shelf("Scheduled", IN_FLIGHT | {MessageState.PENDING}, "due_at", "Nothing is on its way"),
    "sent": Shelf("Sent", frozenset({MessageState.SENT}), "-sent_at", "Nothing has been sent"),
    "stopped": Shelf(
        "Not sent",
        frozenset({MessageState.SUPPRESSED, MessageState.CANCELLED}),
        "-created_at",
        "Nothing was stopped",
    ),
}


class MessageQuerySet(models.QuerySet):
    def due(self, now):
        """Whose hour has come, and whose rule is in force."""
        return self.filter(state=MessageState.PENDING, due_at__lte=now, rule__is_active=True)

    def awaiting_approval(self):
        """Drafts, and whatever else waits for a person."""
        return self.filter(state__in=SHELVES["approval"].states)

    def needing_answer(self):
        """Failed, or may not have arrived: a person has to decide."""
        return self.filter(state__in=NEEDS_ANSWER)

    def scheduled(self):
        """Waiting for its hour, or leaving just now."""
        return self.filter(state__in=SHELVES["scheduled"].states)

    def at(self, location):
        """What shows at a Location (None for everywhere): for one of its referrals, or for none at all."""
        if location is None:
            return self
        causes = MessageCause.objects.live().filter(message=OuterRef("pk"), referral__isnull=False)
        return self.filter(Exists(causes.filter(shown_at(location, "referral__location"))) | ~Exists(causes))

    def on_shelf(self, name):
        """The messages of one of ``SHELVES``, in the order people read them."""
        shelf = SHELVES[name]
        return self.filter(state__in=shelf.states).order_by(shelf.order, "-id")

    def counts(self) -> dict[str, int]:
        """How many lie on each shelf, in one query that asks for nothing but the state."""
        return self.aggregate(
            **{name: Count("state", filter=Q(state__in=shelf.states)) for name, shelf in SHELVES.items()}
        )

    def with_everyone(self):
        """With all that a list row names, so that it needs no further query."""
        causes = MessageCause.objects.live().filter(message=OuterRef("pk")).values("message")
        count = causes.annotate(count=Count("pk")).values("count")
        return self.select_related("rule", "partner", "person").annotate(
            thanked_for=Coalesce(Subquery(count), 0)
        )

    def joinable(self):
        """Not on its way, and never offered again by a person: its text may still change."""
        return self.filter(state__in=UNCLAIMED, answered_at__isnull=True)


class Message(PracticeOwned):
    """One outgoing e-mail to one recipient: a partner, or a person of the practice.

    ``attempt`` fences workers: each claim takes the next number, and every later step repeats it.
    ``waiting_because`` says in words why a pending message is not sent yet. The text is made from
    the rule as the message leaves, unless ``text_fixed`` says that subject and body are final.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.PENDING)
    hold = models.CharField(max_length=14, choices=Hold, blank=True)
    suppression = models.CharField(max_length=10, choices=Suppression, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    waiting_because = models.CharField(max_length=160, blank=True)
    ignore_quiet_hours = models.BooleanField(default=False)
    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    refusals = models.PositiveIntegerField(default=0)
    to_address = models.EmailField(blank=True)
    subject = models.CharField(max_length=150, blank=True)
    body = models.TextField(blank=True)
    text_fixed = models.BooleanField(default=False)
    reply = models.CharField("the mail server's answer", max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = scoped(MessageQuerySet)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["practice", "due_at"], name="message_due", condition=Q(state=MessageState.PENDING)
            ),
            models.Index(
                fields=["practice", "lease_until"],
                name="message_leased",
                condition=Q(state__in=[MessageState.CLAIMED, MessageState.DISPATCHING]),
            ),
            models.Index(fields=["practice", "partner", "-created_at"], name="message_by_partner"),
            models.Index(fields=["practice", "state", "-created_at"], name="message_by_state"),
            models.Index(
                fields=["practice", "-sent_at", "-id"],
                name="message_sent",
                condition=Q(state=MessageState.SENT),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(partner__isnull=False, person__isnull=True)
                | Q(partner__isnull=True, person__isnull=False),
                name="message_has_one_recipient",
            ),
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False),
                name="message_sent_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.HELD) | Q(hold=""), name="message_hold_is_held"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[MessageState.CLAIMED, MessageState.DISPATCHING])
                | Q(lease_until__isnull=False),
                name="message_in_flight_has_a_lease",
            ),
        ]

    @property
    def recipient(self):
        """The partner or the colleague it is for."""
        return self.partner or self.person

    @property
    def reason(self) -> str:
        """Why it stands where it stands, in words; needs ``rule`` loaded."""
        if self.state in IN_FLIGHT or self.state == MessageState.SENT:
            return ""
        if self.state == MessageState.PENDING and not self.rule.is_active:
            return "Its rule is switched off."
        words = self.get_hold_display() or self.get_suppression_display()
        told = [words and f"{words[:1].upper()}{words[1:]}.", self.waiting_because]
        return " ".join(filter(None, told)) or self.reply

    @property
    def can_be_approved(self) -> bool:
        """Whether a person's yes lets it go; an ended partner's note waits until they are back."""
        return self.state == MessageState.HELD and self.hold != Hold.PARTNER_ENDED

    @property
    def can_be_put_back(self) -> bool:
        return self.state == MessageState.CANCELLED and self.answered_at is not None

    @property
    def message_id(self) -> str:
        """The RFC 5322 Message-ID: the same for every attempt, so that a resend can be recognised."""
        return str(self.pk)


class MessageCauseQuerySet(models.QuerySet):
    def live(self):
        """Not taken back."""
        return self.filter(withdrawn_at__isnull=True)


class MessageCause(PracticeOwned):
    """Why a message, or a task to thank by hand, exists: a fact finds its place in one of them.

    The unique constraint makes every repeat of a fact harmless.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    fact = models.CharField(max_length=80)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="causes")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="causes")
    referral = models.ForeignKey(Referral, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = scoped(MessageCauseQuerySet)

    class Meta:
        indexes = [models.Index(fields=["practice", "referral"], name="cause_by_referral")]
        constraints = [models.UniqueConstraint(fields=["practice", "rule", "fact"], name="cause_once")]


def with_causes(messages):
    """Say of each message what its text is made from, by two queries; returns them.

    ``thanked_for`` is how many live causes it has, ``signed_at`` the Location of all of their referrals,
    or None where they have several or none is known.
    """
    places = {message.pk: [] for message in messages}
    causes = MessageCause.objects.live().filter(message__in=messages)
    for message, place in causes.values_list("message", "referral__location"):
        places[message].append(place)
    locations = Location.objects.in_bulk({place for seen in places.values() for place in seen if place})
    for message in messages:
        seen = places[message.pk]
        message.thanked_for = len(seen)
        message.signed_at = locations.get(seen[0]) if len(set(seen)) == 1 else None
    return messages
