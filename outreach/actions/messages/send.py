"""The fenced sending: claim, offer, mark as being handed over, hand over, write down the answer.

Each step is a durable transaction of its own. A worker that was overtaken finds another attempt or
state and sends nothing; after the body only the server's answer counts (docs/reliability.md).
"""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from functools import cache
from types import SimpleNamespace
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Exists, F, Max, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django_scopes import scope

from outreach import mail
from outreach.actions.messages import private
from outreach.actions.messages.thanks import NO_LONGER_COUNTS, forget_withdrawn
from outreach.actions.messages.verdict import Verdict, held, on_leaving
from outreach.models import Message
from outreach.models.messages import with_causes
from outreach.states import CARRIES, Hold, MessageState
from outreach.transport import Line, Refusal, Unreachable
from partners.models import Friction
from partners.states import AddressState, Stage
from referralcrm.core.crypto import Tampered
from referralcrm.core.prepared import Given, PreparedUpdate
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter

logger = logging.getLogger(__name__)
BATCH = 100
EVER = datetime(1970, 1, 1, tzinfo=UTC)
TASK_SECONDS = 60  # the hard limit of a task
SECONDS_NEEDED = 40  # what must be left of task and lease to start one more message
SECONDS_FOR_ONE = 30
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60)]
NOBODY_TO_THANK_FOR = Verdict(MessageState.CANCELLED, waiting_because=NO_LONGER_COUNTS)
CHECK = "Check the address for answers in the practice's settings, and the text."
LEADS_NOWHERE = Verdict(
    MessageState.CANCELLED, waiting_because="What it leads to is over, or was taken back."
)
NOT_COMPOSED = (MessageError, ValueError, TypeError, LookupError, AttributeError, Tampered)
PRACTICE = UUID(int=1)  # stands for the practice in a prepared statement
NOT_AVAILABLE = 421  # RFC 5321: the service, not this message


@dataclass(frozen=True)
class Claim:
    """One message as this worker has claimed it; ``attempt`` is its fence."""

    practice: Practice
    pk: object
    attempt: int
    lease_until: datetime
    address: str
    subject: str
    body: str
    content: bytes
    refusals: int
    carries: bool  # a link or code, which is forgotten once it has left


def checkpoint(name: str):
    """A named instant of a sending, at which the fault tests kill or stop the process."""


def server_url(practice) -> str:
    """Where a practice's mail is handed over. The demo practice never sends outside."""
    return settings.INBOX_SMTP_URL if practice.is_demo else settings.SMTP_URL


def has_inbox(practice) -> bool:
    """Whether this practice's mail stays in the local inbox."""
    return server_url(practice) == settings.INBOX_SMTP_URL


def anything_due(practice) -> bool:
    """Whether a message's hour has come."""
    with enter(practice):
        return Message.objects.due(timezone.now()).exists()


def send_due(practice) -> bool:
    """Send what is due now, for as long as one task may; whether some of it is left for another.

    Stops early when the mail server cannot be reached: the rest stays due.
    """
    began = time.monotonic()
    with Line(server_url(practice), hostname=settings.MAIL_DOMAIN, seconds=SECONDS_FOR_ONE) as line:
        while claims := claim_due(practice):
            while claims:
                if time.monotonic() - began > TASK_SECONDS - SECONDS_NEEDED or not _has_lease(claims[0]):
                    give_back(practice, claims)
                    return True
                if not send_one(claims.pop(0), line):
                    give_back(practice, claims)
                    return False
    return False


def claim_due(practice, *, limit=BATCH) -> list[Claim]:
    """Claim what may leave now; what may not is put off, held or suppressed, with the reason."""
    now = timezone.now()
    with enter(practice, durable=True):
        calendar = Calendar(practice)
        due = Message.objects.due(now).order_by("due_at", "id")
        messages = list(
            due.select_related("rule", "partner", "person").select_for_update(
                skip_locked=True, no_key=True, of=("self",)
            )[:limit]
        )
        forget_withdrawn(messages)
        private.forget_what_is_over(messages)
        _know_frictions(messages)
        claims = []
        for message in with_causes(messages):
            if message.partner and not message.thanked_for:
                _apply(message, LEADS_NOWHERE if message.rule.kind in CARRIES else NOBODY_TO_THANK_FOR)
            elif verdict := on_leaving(message, now=now, calendar=calendar):
                _apply(message, verdict)
            elif claim := _claim(message, practice, until=now + lease()):
                claims.append(claim)
        Message.objects.filter(pk__in=[claim.pk for claim in claims]).update(
            state=MessageState.CLAIMED,
            attempt=F("attempt") + 1,
            lease_until=now + lease(),
            waiting_because="",
        )
    return claims


def send_one(claim: Claim, line: Line) -> bool:
    """Take one claimed message through SMTP. False when the mail server could not be reached."""
    checkpoint("claimed")
    try:
        line.offer(sender=settings.MAIL_FROM, recipient=mail.ascii_address(claim.address))
    except Refusal as refusal:
        _settle(claim, refusal.code, str(refusal), MessageState.CLAIMED)
        return True
    except Unreachable as error:
        _settle(claim, NOT_AVAILABLE, f"The mail server cannot be reached: {error}", MessageState.CLAIMED)
        return False
    checkpoint("offered")
    if not _may_hand_over(claim):
        line.drop()
        return True
    checkpoint("dispatching")
    _hand_over(claim, line)
    checkpoint("recorded")
    return True


def give_back(practice, claims):
    """Return what was claimed and not offered, so that it need not wait for its lease to end."""
    with enter(practice, durable=True):
        for claim in claims:
            _fenced(claim, MessageState.CLAIMED).update(state=MessageState.PENDING, lease_until=None)


def dispatch(claim: Claim) -> bool:
    """claimed(n) to dispatching(n), unless somebody decided otherwise since; the last way back.

    State and attempt are asked of the row itself, not through the join: Postgres asks them again
    when it had to wait for somebody else's decision about the row, and only those.
    """
    with enter(claim.practice, durable=True):
        left = _leaving().carry_out(
            keys={PRACTICE: claim.practice.pk},
            lease_until=timezone.now() + lease(),
            **{name: getattr(claim, name) for name in ("pk", "attempt", "address", "subject", "body")},
        )
        return bool(left)


@cache
def _leaving() -> PreparedUpdate:
    """What ``dispatch`` writes: composed anew for each letter it would take most of the letter's time."""
    claim = SimpleNamespace(pk=Given("pk"), attempt=Given("attempt"), address=Given("address"))
    with scope(practice=Practice(pk=PRACTICE)):
        return PreparedUpdate(
            _fenced(claim, MessageState.CLAIMED).filter(pk__in=_still_welcome(claim)),
            state=MessageState.DISPATCHING,
            lease_until=Given("lease_until"),
            to_address=claim.address,
            subject=Given("subject"),
            body=Given("body"),
        )


def _still_welcome(claim):
    """The message, when its recipient is still written to at this address and its rule is in force."""
    colleague = Q(person__is_active=True, person__email=claim.address)
    # what became hard for them after a person had let it go, or any time when nobody did
    hard = Friction.objects.open().filter(
        partner=OuterRef("partner"),
        opened_at__gt=Coalesce(Greatest(OuterRef("approved_at"), OuterRef("answered_at")), EVER),
    )
    partner = Q(
        ~Exists(hard),
        ~Q(partner__stage=Stage.ENDED),
        partner__email_opted_out_at__isnull=True,
        partner__email_state=AddressState.OK,
        partner__deleted_at__isnull=True,
        partner__merged_into__isnull=True,
        partner__email=claim.address,
    )
    return Message.objects.filter(colleague | partner, pk=claim.pk, rule__is_active=True).values("pk")


def settle(claim: Claim, code: int, words: str, *states):
    """Write down what became of this attempt: 2xx sent, 4xx later, 5xx failed; 0 means nobody knows."""
    with enter(claim.practice, durable=True):
        outcome = _outcome(claim, code, words)
        settled = _fenced(claim, *states).update(reply=words[:300], **outcome)
        if settled and claim.carries and outcome["state"] == MessageState.SENT:
            private.forget(claim.pk)


def lease() -> timedelta:
    """How long a worker may hold a message without a word."""
    return timedelta(seconds=settings.LEASE_SECONDS)


def _may_hand_over(claim) -> bool:
    try:
        return dispatch(claim)
    except (OperationalError, InterfaceError) as error:
        # Whether the commit took place is not known, but nothing was sent: so it can be taken back.
        logger.warning("Message %s was not handed over: %s", claim.pk, error)
        states = [MessageState.CLAIMED, MessageState.DISPATCHING]
        _settle(claim, 451, "Our database was away for a moment; nothing was sent.", *states)
        return False


def _hand_over(claim, line):
    """From here on only the server's answer counts; without one the message is in doubt."""
    try:
        line.hand_over(claim.content)
        checkpoint("handed over")
        reply = line.answer()
    except Unreachable as error:
        code, words = 0, f"The connection broke off before the mail server had answered: {error}"
    else:
        code, words = reply.code, str(reply)
    checkpoint("answered")
    # A sweep may have given up waiting meanwhile; this attempt's own answer still settles it.
    _settle(claim, code, words, MessageState.DISPATCHING, MessageState.IN_DOUBT)


def _settle(claim, code, words, *states):
    """``settle``, with some patience for a database that is just restarting."""
    for pause in (0.2, 0.5, 1, 2, 3):
        try:
            settle(claim, code, words, *states)
            return
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(pause)
    settle(claim, code, words, *states)


def _outcome(claim, code, words):
    now = timezone.now()
    match code // 100:
        case 2:
            return {"state": MessageState.SENT, "sent_at": now, "lease_until": None, "waiting_because": ""}
        case 4:
            longest = 1 if code == NOT_AVAILABLE else len(BACKOFF) - 1
            pause = BACKOFF[min(claim.refusals, longest)]
            return {
                "state": MessageState.PENDING,
                "lease_until": None,
                "refusals": F("refusals") + 1,
                "due_at": now + pause,
                "waiting_because": f"It did not leave yet, and is tried again. {words}"[:160],
            }
        case 5:
            return {"state": MessageState.FAILED, "lease_until": None, "waiting_because": ""}
    return {"state": MessageState.IN_DOUBT, "lease_until": None, "waiting_because": ""}


def _know_frictions(messages):
    """Ask once for all of them what each one's ``partner.friction_since`` would ask."""
    partners = [message.partner_id for message in messages if message.partner]
    open_ones = Friction.objects.open().filter(partner__in=partners).order_by()
    newest = dict(open_ones.values_list("partner").annotate(Max("opened_at")))
    for message in messages:
        if message.partner:
            message.partner.friction_since = newest.get(message.partner_id)


def _claim(message, practice, *, until) -> Claim | None:
    """What its next attempt sends; None when it was held for its address, or cannot be put together."""
    address = message.recipient.email
    try:
        to = mail.ascii_address(address)
    except (UnicodeError, ValueError):
        _apply(message, held(Hold.NO_ADDRESS))
        return None
    try:
        subject, body = mail.text_of(message)
        content = mail.compose(
            practice=practice,
            to=to,
            subject=subject,
            body=mail.fill(body, private.words(message)),
            message_id=message.message_id,
            offers_opt_out=message.rule.kind in mail.OFFERS_OPT_OUT,
        )
    except NOT_COMPOSED as error:  # what ails one message keeps no other one back
        logger.exception("Message %s cannot be put together", message.pk)
        _fail(message, f"It cannot be put together ({type(error).__name__}). {CHECK}")
        return None
    return Claim(
        practice=practice,
        pk=message.pk,
        attempt=message.attempt + 1,
        lease_until=until,
        address=address,
        subject=subject,
        body=body,
        content=content,
        refusals=message.refusals,
        carries=message.rule.kind in CARRIES,
    )


def _apply(message, verdict: Verdict):
    Message.objects.filter(pk=message.pk).update(version=F("version") + 1, **verdict.values())


def _fail(message, words):
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.FAILED, reply=words, waiting_because="", version=F("version") + 1
    )


def _fenced(claim, *states):
    """The message, as long as this attempt is the one in charge of it."""
    return Message.objects.filter(pk=claim.pk, attempt=claim.attempt, state__in=states)


def _has_lease(claim) -> bool:
    return claim.lease_until - timezone.now() > min(timedelta(seconds=SECONDS_NEEDED), lease() / 2)
