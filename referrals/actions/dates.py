"""Which dates the log believes."""

from datetime import date, timedelta

from referralcrm.core.refused import Refused
from referralcrm.core.templatetags.house import day

EARLIEST = date(1990, 1, 1)
FURTHEST = timedelta(days=2 * 365)


def check_happened(on, *, today, field, since=None, since_what="the referral"):
    """Refuse a day that has not come yet, lies before 1990, or before ``since``. None passes."""
    if on is None:
        return
    if on > today:
        raise Refused("This day has not come yet. Enter the day it happened.", field=field)
    _check_not_too_early(on, field, since, since_what)


def check_planned(on, *, today, field, since=None, since_what="the referral"):
    """Refuse a planned day before ``since`` or more than two years ahead. None passes."""
    if on is None:
        return
    if on > today + FURTHEST:
        raise Refused("This is more than two years ahead. Check the year.", field=field)
    _check_not_too_early(on, field, since, since_what)


def _check_not_too_early(on, field, since, since_what):
    if on < EARLIEST:
        raise Refused("This is before 1990. Check the year.", field=field)
    if since and on < since:
        raise Refused(f"This is before {since_what} ({day(since)}).", field=field)
