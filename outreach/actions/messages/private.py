"""Mail that leads a partner to a page of their own: a link to a report or news, and its code.

Neither link nor code is written into a message: its stored text says {link} or {code}, and what stands for
it is opened from its seal as the mail is put together. Once it has left the seal is destroyed.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from outreach import mail
from outreach.actions.messages.schedule import next_slot
from outreach.actions.messages.thanks import locked, waiting_note
from outreach.actions.messages.verdict import EXPIRES_AFTER, Verdict, partner_obstacle, partner_zone
from outreach.models import Message, MessageCause, Rule
from outreach.states import CARRIES, MessageState, RuleKind
from referralcrm.audit.actions import record
from referralcrm.core.nudge import nudge
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.scope import current_practice
from referrals.actions import links
from referrals.models import PortalCode, PortalLink, StatusNotice

JOIN_WITHIN = timedelta(minutes=5)  # news of so many minutes is one mail


@transaction.atomic
def send_link(link, *, referral, by=None):
    """Let the notice of a report leave as soon as mail may; it leads to what stands behind ``link``."""
    rule = Rule.objects.get(kind=RuleKind.REPORT_NOTICE)
    cause, is_new = MessageCause.objects.get_or_create(
        rule=rule, fact=f"link:{link.pk}", defaults={"referral": referral}
    )
    if not is_new:
        return
    partner = locked(link.partner_id)
    due_at, because = next_slot(rule=rule, partner=partner, calendar=Calendar(current_practice()))
    verdict = partner_obstacle(partner) or Verdict(
        MessageState.PENDING, due_at=due_at, waiting_because=because
    )
    _open(cause, partner, verdict, due_at, by=by)


@transaction.atomic
def tell(notice, *, by=None):
    """Let news leave in a few minutes, with what else happens until then; nobody is told who cannot be.

    It keeps the reader's quiet hours, of an urgent referral too: nobody waits for it at a screen, and what
    cannot wait is a call.
    """
    rule = Rule.objects.get(kind=RuleKind.STATUS_NOTICE)
    partner = locked(notice.partner_id)
    if not rule.is_active or partner_obstacle(partner):
        return
    cause, is_new = MessageCause.objects.get_or_create(
        rule=rule, fact=f"notice:{notice.pk}", defaults={"referral": notice.referral}
    )
    if not is_new and cause.withdrawn_at is None:
        return  # it is on its way, or has left
    cause.withdrawn_at = None
    if into := waiting_note(rule, partner, Verdict(MessageState.PENDING)):
        notice.link = _links([into.pk]).first()
        cause.message = into
        cause.save(update_fields=["message", "withdrawn_at"])
    else:
        notice.link = links.make(partner)
        calendar = Calendar(current_practice())
        due_at = calendar.mail_slot(timezone.now() + JOIN_WITHIN, zone=partner_zone(partner, calendar))
        _open(cause, partner, Verdict(MessageState.PENDING, due_at=due_at), due_at, by=by)
    notice.save(update_fields=["link"])


@transaction.atomic
def send_code(code):
    """Let a code leave this second, whatever the hour: somebody is waiting for it."""
    rule = Rule.objects.get(kind=RuleKind.PORTAL_CODE)
    partner, now = code.link.partner, timezone.now()
    cause = MessageCause.objects.create(rule=rule, fact=f"code:{code.pk}")
    verdict = partner_obstacle(partner, let_go_at=now) or Verdict(MessageState.PENDING, due_at=now)
    _open(cause, partner, verdict, now, approved_at=now, ignore_quiet_hours=True, expires_at=None)


def words(message) -> dict[str, str]:
    """What is put in for {link} or {code} as the message leaves; nothing for any other kind.

    Raises LookupError when it has left already or is over.
    """
    carried = CARRIES.get(message.rule.kind)
    if carried is None:
        return {}
    if carried == "link":
        found = [mail.address_of(token) for token in map(links.token_of, _links([message.pk])) if token]
    else:
        found = list(filter(None, map(links.digits_of, _codes([message.pk]).open())))
    if not found:
        raise LookupError(f"There is no {carried} any more")
    return {carried: "\n".join(found)}


def forget(message_pk):
    """It has left: what opens the page is nowhere but in the mail."""
    links.forget_tokens(_links([message_pk]))
    links.forget_digits(_codes([message_pk]))


def forget_what_is_over(messages):
    """Take out of these messages what leads nowhere any more: a code that ran out, news taken back."""
    kinds = {message.pk for message in messages if message.rule.kind in CARRIES}
    causes = MessageCause.objects.live().filter(message__in=kinds)
    facts = {kind: _facts(kinds, kind) for kind in ("link", "notice", "code")} if kinds else {}
    alive = [
        *(f"link:{pk}" for pk in _alive(PortalLink.objects.usable(), facts.get("link"))),
        *(f"notice:{pk}" for pk in _alive(StatusNotice.objects.standing(), facts.get("notice"))),
        *(f"code:{pk}" for pk in _alive(PortalCode.objects.open(), facts.get("code"))),
    ]
    if kinds:
        causes.exclude(fact__in=alive).update(withdrawn_at=timezone.now())


def _open(cause, partner, verdict, due_at, *, by=None, **more):
    message = Message.objects.create(
        rule=cause.rule,
        partner=partner,
        to_address=partner.email,
        **{"due_at": due_at, "expires_at": due_at + EXPIRES_AFTER} | verdict.values() | more,
    )
    cause.message = message
    cause.save(update_fields=["message", "withdrawn_at"])
    record("queued", by=by, subject=message)
    if message.state == MessageState.PENDING and due_at <= timezone.now():
        nudge("outreach.send", message.practice_id)


def _links(messages):
    """The links that these messages lead to, of what still counts."""
    news = StatusNotice.objects.standing().filter(pk__in=_facts(messages, "notice"), link__isnull=False)
    keys = [*_facts(messages, "link"), *news.values_list("link", flat=True)]
    return PortalLink.objects.filter(pk__in=keys).order_by("created_at", "pk")


def _codes(messages):
    return PortalCode.objects.filter(pk__in=_facts(messages, "code"))


def _facts(messages, kind) -> list[UUID]:
    """The keys of one kind of fact that these messages are made of."""
    causes = MessageCause.objects.live().filter(message__in=messages, fact__startswith=f"{kind}:")
    return [UUID(fact.partition(":")[2]) for fact in causes.values_list("fact", flat=True)]


def _alive(rows, keys):
    return rows.filter(pk__in=keys).values_list("pk", flat=True) if keys else []
