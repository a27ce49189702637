"""News that a partner asked for: what happened to their patients in the last days, told without them."""

from datetime import timedelta
from itertools import groupby

from outreach.models import Message
from outreach.states import MessageState, RuleKind
from referralcrm.demo.mailed import mailed
from referrals.actions import notices
from referrals.models import JourneyEvent, StatusNotice
from referrals.states import Direction


def make_news(world):
    """One mail a day with what happened then; the latest waits for its hour."""
    partner = world.stories["steady2"]
    steps = JourneyEvent.objects.filter(
        referral__partner=partner,
        referral__direction=Direction.RECEIVED,
        happened_on__gt=world.today - timedelta(days=6),
    ).select_related("referral__partner", "by")
    for day, steps_of_day in groupby(
        steps.order_by("happened_on", "entered_at", "id"), lambda s: s.happened_on
    ):
        for step in steps_of_day:
            notices.tell(step.referral, step.after, on=day, by=step.by)
        if day < world.today:
            _left(world, partner, day)


def _left(world, partner, day):
    waiting = Message.objects.filter(
        partner=partner, rule__kind=RuleKind.STATUS_NOTICE, state=MessageState.PENDING
    ).select_related("rule", "partner")
    at = world.at(world.workday(day), 16.5)
    StatusNotice.objects.filter(partner=partner, happened_on=day).update(created_at=at)
    for message in waiting:
        mailed(message, at)
