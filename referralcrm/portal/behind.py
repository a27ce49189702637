"""What stands behind a link, told as openly as the patient's consent allows on this day."""

from dataclasses import dataclass
from datetime import date

from referrals.actions.consents import problem
from referrals.models import StatusNotice
from referrals.states import ConsentScope


@dataclass(frozen=True)
class News:
    """One thing that happened, and about whom as the reader may know it."""

    whom: str
    what: str
    on: date


def news_behind(link) -> list[News]:
    """What the partner asked to be told, the latest first."""
    rows = StatusNotice.objects.standing().filter(link=link, partner=link.partner_id)
    rows = rows.select_related("referral__patient")
    return [News(whom(row.referral, link.partner), row.get_what_display(), row.happened_on) for row in rows]


def whom(referral, partner) -> str:
    """The patient's name where a report about them could be sent to this partner, else the month."""
    may_know = problem(referral.patient, partner, what=ConsentScope.REPORT) is None
    if may_know and referral.patient.name:
        return referral.patient.name
    return f"Your referral of {referral.happened_on:%B %Y}"
