"""When a note leaves, for any moment of any year, in any zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.actions.messages.schedule import next_slot
from outreach.models import Rule
from outreach.states import MessageState as M
from outreach.states import RuleKind
from referralcrm.practice.calendar import Calendar
from tests import factories

ZONES = [
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
]
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))
many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def rule(riverside):
    return Rule.objects.get(kind=RuleKind.THANK_YOU)


@many
@given(moment=MOMENTS, zone=st.sampled_from(ZONES), hour=st.integers(8, 17), minute=st.integers(0, 59))
def test_a_note_leaves_at_its_hour_on_a_working_day_within_a_week(
    riverside, rule, moment, zone, hour, minute
):
    rule.send_at = time(hour, minute)
    partner = factories.partner(time_zone=zone)
    with time_machine.travel(moment, tick=False):
        calendar = Calendar(riverside)
        due, because = next_slot(rule=rule, partner=partner, calendar=calendar)
    local = due.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute) == (hour, minute)
    assert not calendar.quiet_reason(due, ZoneInfo(zone))
    assert moment <= due <= moment + timedelta(days=7)  # Christmas and a weekend are the longest pause
    assert because == ""


@many
@given(moment=MOMENTS, days=st.floats(0, 20))
def test_two_notes_to_one_partner_are_seven_days_apart(riverside, rule, moment, days):
    partner = factories.partner()
    sent = moment - timedelta(days=days)
    factories.message(partner=partner, state=M.SENT, sent_at=sent, due_at=sent, referrals=0)
    with time_machine.travel(moment, tick=False):
        due, because = next_slot(rule=rule, partner=partner, calendar=Calendar(riverside))
    zone = riverside.zone
    assert due.astimezone(zone).date() - sent.astimezone(zone).date() >= timedelta(days=7)
    assert due >= moment
    assert bool(because) == (
        moment.astimezone(zone).date() < sent.astimezone(zone).date() + timedelta(days=7)
    )
