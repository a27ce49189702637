"""Telling a partner what they asked to be told about the patients they sent us."""

from datetime import timedelta

from django.utils import timezone

from partners.states import News
from referralcrm.practice.scope import current_practice
from referrals.models import StatusNotice
from referrals.signals import status_changed
from referrals.states import Direction, Journey

NEWS_OF = {
    Journey.REQUESTED: News.RECEIVED,
    Journey.SCHEDULED: News.BOOKED,
    Journey.DECLINED: News.DECLINED,
    Journey.NO_SHOW: News.NO_SHOW,
    Journey.ATTENDED: News.ATTENDED,
    Journey.COMPLETED: News.DISCHARGED,
}
STALE = timedelta(days=7)  # what is entered later than that is no news


def tell(referral, journey, *, on, by):
    """Note what happened ``on`` a day, if its partner asked for such news; the same again is no news.

    What was taken back and is so after all stands again.
    """
    what = NEWS_OF.get(journey)
    if what is None or referral.direction != Direction.RECEIVED or not referral.partner_id:
        return
    if what not in referral.partner.notices or on < current_practice().today() - STALE:
        return
    said = {"referral": referral, "partner_id": referral.partner_id, "what": what, "happened_on": on}
    if StatusNotice.objects.filter(**said, withdrawn_at=None).exists():
        return
    notice = StatusNotice.objects.filter(**said).first() or StatusNotice(**said)
    notice.withdrawn_at = None
    notice.save()
    status_changed.send(StatusNotice, notice=notice, by=by)


def take_back(referral, journey):
    """It did not happen after all: news that has not left does not leave, and no page tells it.

    What happened a second time that day stands.
    """
    told = StatusNotice.objects.filter(referral=referral, what=NEWS_OF.get(journey, ""), withdrawn_at=None)
    newest = told.order_by("-created_at", "-id").first()
    if newest and not referral.events.filter(after=journey, happened_on=newest.happened_on).exists():
        newest.withdrawn_at = timezone.now()
        newest.save(update_fields=["withdrawn_at"])
