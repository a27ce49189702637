"""Two partners become one: what moves, what is joined, which word holds."""

import pytest

from outreach.models import Task, Touchpoint
from outreach.states import MessageState
from partners.actions import merges
from partners.models import Affiliation, Contact, Partner, PartnerPlan
from referralcrm.practice.models import Plan
from tests import factories


@pytest.fixture
def pair(riverside):
    return factories.partner("Dr Adaeze Okafor", email="okafor@north.example"), factories.partner("A. Okafor")


def merge(survivor, merged, *, by, **choices):
    versions = [Partner.objects.get(pk=row.pk).version for row in (survivor, merged)]
    return merges.merge_partners(survivor, merged, choices=choices, versions=versions, by=by)


def test_everything_moves_and_goes_back(pair, alice):
    okafor, double = pair
    plan = Plan.objects.create(name="Blue")
    rows = [
        factories.referral(partner=double),
        Touchpoint.objects.create(partner=double, happened_on="2026-01-05"),
        Task.objects.create(partner=double, title="Call", due_on="2026-01-05"),
        Contact.objects.create(partner=double, name="Jo"),
        Affiliation.objects.create(partner=double, organisation=factories.organisation()),
        PartnerPlan.objects.create(partner=double, plan=plan),
        factories.message(partner=double, referrals=0, state=MessageState.SENT, sent_at="2026-01-05T10:00Z"),
    ]
    done = merge(okafor, double, by=alice)
    for row in rows:
        row.refresh_from_db()
        assert row.partner_id == okafor.pk
    assert Partner.objects.kept().get() == okafor
    assert merges.unmerge_partners(done, by=alice) == []
    for row in rows:
        row.refresh_from_db()
        assert row.partner_id == double.pk
    assert set(Partner.objects.kept()) == {okafor, double}
