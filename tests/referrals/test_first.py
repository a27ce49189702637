"""Whether our report was there before the patient was back with the referrer, case by case."""

from datetime import date, timedelta

import pytest

from referrals.models import Obligation, Referral
from referrals.models.firsts import back_with_referrer, reported_first
from referrals.states import Loop, Side
from tests import factories
from tests.referrals.conftest import TUESDAY

CAME, BACK = date(2026, 11, 2), date(2026, 11, 12)
A_DAY = timedelta(days=1)


def counted(*, came=CAME, back=BACK, **report):
    """(counted among those back with the referrer, counted as reported first) of one referral."""
    referral = factories.referral(happened_on=CAME - A_DAY, attended_on=came, next_visit_on=back)
    fields = {"side": Side.US, "state": Loop.SENT, "sent_on": BACK - A_DAY} | report
    Obligation.objects.create(referral=referral, **fields)
    rows = Referral.objects.filter(pk=referral.pk)
    return back_with_referrer(rows, TUESDAY).count(), reported_first(rows, TUESDAY).count()


@pytest.mark.parametrize(
    "fields, says",
    [
        ({}, (1, 1)),
        ({"sent_on": BACK}, (1, 0)),  # on the day itself is not before it
        ({"sent_on": BACK + A_DAY}, (1, 0)),
        ({"visit_on": BACK, "sent_on": BACK}, (1, 0)),
        ({"state": Loop.DUE, "sent_on": None, "due_on": BACK - A_DAY}, (1, 0)),
        ({"state": Loop.NOT_REQUIRED, "sent_on": None}, (0, 0)),
        ({"side": Side.THEM, "state": Loop.RECEIVED}, (0, 0)),
        ({"back": TUESDAY}, (1, 1)),  # today
        ({"back": TUESDAY + A_DAY}, (0, 0)),  # still to come
        ({"back": TUESDAY + A_DAY, "visit_on": TUESDAY + A_DAY}, (0, 0)),
        ({"back": None}, (0, 0)),
        ({"back": CAME}, (0, 0)),  # nobody could have reported before that
        ({"came": None}, (0, 0)),
        ({"back": BACK + A_DAY, "visit_on": BACK, "sent_on": BACK}, (1, 0)),  # missed the first, met the next
    ],
)
def test_a_visit_counts_once_it_has_passed_and_a_report_only_before_it(riverside, fields, says):
    assert counted(**fields) == says


def test_of_nobody_nothing_is_counted(riverside):
    rows = Referral.objects.all()
    assert (back_with_referrer(rows, TUESDAY).count(), reported_first(rows, TUESDAY).count()) == (0, 0)
