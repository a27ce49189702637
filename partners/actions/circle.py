"""The inner circle has only so many places, or it would mean nothing."""

from partners.models import Partner
from partners.states import Circle
from referralcrm.core.refused import Refused
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice_id


def has_room(*, besides=None) -> bool:
    """Whether the inner circle takes one more."""
    return places_left(besides=besides) > 0


def places_left(*, besides=None) -> int:
    """How many more the inner circle takes; asked one at a time, so that two cannot share a place."""
    practice = Practice.objects.select_for_update(no_key=True).get(pk=current_practice_id())
    inner = Partner.objects.current().filter(circle=Circle.INNER)
    if besides is not None:
        inner = inner.exclude(pk=besides.pk)
    return max(0, practice.inner_circle_size - inner.count())


def require_room(*, besides=None):
    """Raise Refused, with what to do, when the inner circle is full."""
    if not has_room(besides=besides):
        raise Refused(
            "The inner circle is full. Move somebody else to the network first, "
            "or ask the practice manager to make the circle larger.",
            field="circle",
        )


def place_left_for(partner) -> str:
    """The circle a partner comes back to: their own, or the network when theirs has filled up."""
    if partner.circle == Circle.INNER and not has_room(besides=partner):
        return Circle.NETWORK
    return partner.circle
