"""May this message leave now? Asked when it is queued, and again as it is claimed and handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.states import Hold, MessageState, Suppression
from partners.states import NO_LONGER_THERE, AddressState, Stage

EXPIRES_AFTER = timedelta(days=14)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message: the values its row takes."""

    state: str
    hold: str = ""
    suppression: str = ""
    due_at: datetime | None = None
    waiting_because: str = ""

    def values(self) -> dict:
        """The fields to update; a due time only where the verdict gives one."""
        values = {
            "state": self.state,
            "hold": self.hold,
            "suppression": self.suppression,
            "waiting_because": self.waiting_because[:160],
        }
        return values | ({"due_at": self.due_at} if self.due_at else {})


def held(reason) -> Verdict:
    return Verdict(MessageState.HELD, hold=reason)


def suppressed(reason) -> Verdict:
    return Verdict(MessageState.SUPPRESSED, suppression=reason)


def partner_obstacle(partner, *, let_go_at=None) -> Verdict | None:
    """Why nothing is mailed to this partner: opted out, then bounced, then ended, then hard for them.

    None when something is. ``let_go_at`` is when a person said that this note may leave all the same:
    that holds for what was hard for them until then.
    """
    if partner.has_opted_out:
        return suppressed(Suppression.OPTED_OUT)
    if partner.email_state == AddressState.BOUNCED:
        return suppressed(Suppression.BOUNCED)
    if partner.stage == Stage.ENDED or partner.deleted_at:
        gone = partner.ending in NO_LONGER_THERE
        return held(Hold.PARTNER_ENDED) if gone else suppressed(Suppression.ENDED)
    if partner.friction_since and not (let_go_at and let_go_at >= partner.friction_since):
        return held(Hold.FRICTION)
    return None if partner.email else held(Hold.NO_ADDRESS)


def let_go_at(message) -> datetime | None:
    """When a person last said that it may leave."""
    return max(filter(None, [message.approved_at, message.answered_at]), default=None)


def obstacle(message) -> Verdict | None:
    """Why its recipient is not written to, or None. Needs ``partner`` and ``person`` loaded."""
    if message.partner:
        return partner_obstacle(message.partner, let_go_at=let_go_at(message))
    return None if message.person.is_active else suppressed(Suppression.NOBODY)


def on_leaving(message, *, now, calendar) -> Verdict | None:
    """Why it does not leave at this instant, or None when it does."""
    if verdict := obstacle(message):
        return verdict
    if message.expires_at and message.expires_at <= now:
        return held(Hold.EXPIRED)
    zone = zone_of(message, calendar)
    if message.ignore_quiet_hours or not (reason := calendar.quiet_reason(now, zone)):
        return None
    return Verdict(
        MessageState.PENDING,
        due_at=calendar.mail_slot(now, zone=zone),
        waiting_because=reason,
    )


def zone_of(message, calendar) -> ZoneInfo:
    """Whose clock counts: the partner's own when it is known, else the practice's."""
    return partner_zone(message.partner, calendar) if message.partner else calendar.practice.zone


def partner_zone(partner, calendar) -> ZoneInfo:
    return ZoneInfo(partner.time_zone) if partner.time_zone else calendar.practice.zone
