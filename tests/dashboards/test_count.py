"""Every number agrees with the rows it opens, counted by what the page says and by what it links to."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.models import MessageCause, Touchpoint
from outreach.states import MessageState, TouchpointKind
from partners.states import Kind, Stage
from referralcrm.dashboards.definitions import COUNTED, DEFINITIONS
from referralcrm.dashboards.page import Page
from referralcrm.dashboards.periods import Period
from referralcrm.dashboards.relationships import count_windows
from referralcrm.dashboards.rows import Rows
from referralcrm.demo import load as demo
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import Location, User
from referralcrm.practice.scope import enter
from referrals.models import Obligation, Referral
from referrals.states import WITHOUT_A_DAY, Journey, Loop, Side, Source
from tests import factories

LINK = re.compile(r'<a href="([^"]*/dashboard/rows/[^"]+|[^"]*/referrals/\?[^"]+)"[^>]*>(\d+)')
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(datetime(2026, 11, 21, 12, tzinfo=ZoneInfo("Europe/London")), tick=False):
        yield


def rows_of(practice, months=12, location=None):
    return Rows(Calendar(practice), Period.ending(practice.today(), months), location)


def numbers_on(body):
    return {(unescape(url), int(n)) for url, n in LINK.findall(body)}


@pytest.mark.parametrize("query", ["?months=3", "?location={hill}"])
def test_every_number_on_the_demos_dashboard_opens_exactly_its_rows(db, as_person, query):
    practice = demo.load(partners=30, referrals=400)
    with enter(practice):
        query = query.format(hill=Location.objects.get(name="Hill Street").pk)
    client = as_person(User.objects.get(email="manager@riverside.example"))
    body = client.get(f"/dashboard/{query}").content.decode()
    numbers = numbers_on(body)
    assert len(numbers) > 60
    for url, n in numbers:
        assert client.get(url).context["page"].paginator.count == n, url


REFERRALS = st.lists(
    st.fixed_dictionaries(
        {
            "direction": st.sampled_from(["received", "sent"]),
            "days_ago": st.integers(0, 800),
            "partner": st.integers(0, 3),
            "source": st.sampled_from([Source.PARTNER, Source.PARTNER, Source.UNKNOWN, Source.SELF]),
            "journey": st.sampled_from(list(Journey)),
            "attended_after": st.none() | st.integers(0, 60),
            "back_after": st.none() | st.integers(1, 60),
            "report": st.sampled_from(list(Loop)),
            "report_after": st.integers(0, 60),
            "thanked_after": st.none() | st.integers(0, 9),
            "withdrawn": st.booleans(),
            "is_second": st.booleans(),
            "is_deleted": st.sampled_from([False, False, False, True]),
        }
    ),
    max_size=12,
)


def write(log, partners):
    """The rows of a made-up log; returns nothing."""
    before = None
    for entry in log:
        on = TODAY - timedelta(days=entry["days_ago"])
        after = entry["attended_after"]
        attended = on + timedelta(days=after) if after is not None and after <= entry["days_ago"] else None
        source = Source.PARTNER if entry["direction"] == "sent" else entry["source"]
        referral = Referral(
            direction=entry["direction"],
            partner=partners[entry["partner"]] if source == Source.PARTNER else None,
            source=source,
            patient=before.patient if before and entry["is_second"] else factories.patient(),
            journey=entry["journey"],
            happened_on=on,
            attended_on=attended,
            next_visit_on=attended and entry["back_after"] and attended + timedelta(days=entry["back_after"]),
            deleted_at=factories.timezone.now() if entry["is_deleted"] else None,
        )
        if before and entry["is_second"]:
            referral.matter = before.matter
        referral.save()
        before = referral
        if referral.partner:
            _report(referral, entry, attended)
            _thank(referral, entry)


def _report(referral, entry, attended):
    side = Side.US if referral.direction == "received" else Side.THEM
    is_there = entry["report"] in {Loop.SENT, Loop.RECEIVED, Loop.ACKNOWLEDGED}
    start = attended or referral.happened_on
    Obligation.objects.create(
        referral=referral,
        side=side,
        state=entry["report"],
        due_on=None if entry["report"] in WITHOUT_A_DAY else start + timedelta(days=7),
        visit_on=referral.next_visit_on if entry["is_second"] else None,
        sent_on=start + timedelta(days=entry["report_after"]) if is_there else None,
    )


def _thank(referral, entry):
    if referral.direction != "received" or entry["thanked_after"] is None:
        return
    at = datetime.combine(referral.happened_on, datetime.min.time(), tzinfo=ZoneInfo("Europe/London"))
    message = factories.message(
        partner=referral.partner,
        referrals=0,
        state=MessageState.SENT,
        sent_at=at + timedelta(days=entry["thanked_after"], hours=17),
    )
    MessageCause.objects.create(
        rule=message.rule,
        fact=f"referral:{referral.pk}",
        message=message,
        referral=referral,
        withdrawn_at=at if entry["withdrawn"] else None,
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=REFERRALS)
def test_every_number_of_a_made_up_log_opens_exactly_its_rows(riverside, as_person, charlie, log):
    with transaction.atomic():
        kinds = [Kind.REGULAR, Kind.PEER, Kind.LATERAL, Kind.ADVICE]
        write(log, [factories.partner(f"Dr {kind}", kind=kind) for kind in kinds])
        rows = rows_of(riverside)
        page = Page(rows, me=charlie)
        for name in COUNTED:
            assert page.counts[name] == len(COUNTED[name].rows(rows)), name
        for name in ("frequent", "quiet", "half"):
            figure = getattr(page, f"{name}_figure")
            assert figure.n == len(DEFINITIONS[name].rows(rows)), name
        assert _shares_are_shares(page)
        assert sum(month.received for month in page.months[-12:]) == page.counts["received"]
        assert sum(month.sent for month in page.months[-12:]) == page.counts["sent"]
        check_by_hand(log, page)
        transaction.set_rollback(True)


def _shares_are_shares(page):
    return all(rate.hits.n <= rate.of.n for rate in page.rates.values())


def check_by_hand(log, page):
    """The plainest numbers again, straight from the made-up log and without a database."""
    counts = [
        entry
        for entry in log
        if not entry["is_deleted"] and entry["journey"] not in {Journey.DRAFT, Journey.ENTERED_IN_ERROR}
    ]
    since = (TODAY - date(2025, 12, 1)).days
    sent = [entry for entry in counts if entry["direction"] == "sent" and entry["days_ago"] <= since]
    assert page.counts["sent"] == len(sent)
    required = [entry for entry in sent if entry["days_ago"] >= 60 and entry["report"] != Loop.NOT_REQUIRED]
    assert page.counts["loop"] == len(required)
    came = [entry for entry in required if entry["report"] in {Loop.SENT, Loop.RECEIVED, Loop.ACKNOWLEDGED}]
    assert page.counts["loop-closed"] == len(came)


def queries_of(client, url):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("url", ["/dashboard/", "/dashboard/rows/received/", "/dashboard/rows/frequent/"])
def test_a_page_costs_at_most_12_queries_whatever_the_rows(riverside, as_person, charlie, url):
    client = as_person(charlie)
    client.get(url)

    def log(n):
        for partner in [factories.partner() for _ in range(n)]:
            for days in (3, 40, 100):
                factories.referral(partner=partner, happened_on=TODAY - timedelta(days=days))

    log(1)
    few = queries_of(client, url)
    log(10)
    assert queries_of(client, url) == few <= 12


def test_an_empty_practice_has_a_dashboard_without_a_single_claim(riverside, as_person, charlie):
    body = as_person(charlie).get("/dashboard/").content.decode()
    assert "Nothing stands out" in body and "too few to tell" in body
    assert {n for _, n in numbers_on(body)} == {0}


@pytest.mark.parametrize(
    "query",
    [
        "months=0",
        "months=1e9",
        "month=0001-01",
        "month=9999-12",
        "month=x",
        "location=x",
        "location=%00",
        "page=-1",
    ],
)
@pytest.mark.parametrize("what", ["received-before", "measured", "frequent", "contacts-peer"])
def test_an_address_that_makes_no_sense_shows_the_usual_period(riverside, as_person, charlie, what, query):
    response = as_person(charlie).get(f"/dashboard/rows/{what}/?{query}")
    assert response.status_code == 200
    assert response.context["period"] == Period.ending(TODAY, 12)


def test_a_number_that_does_not_exist_is_not_found(riverside, as_person, charlie):
    assert as_person(charlie).get("/dashboard/rows/revenue/").status_code == 404


def test_another_practices_rows_are_never_counted(riverside, northgate, as_person, charlie):
    with enter(northgate):
        partner = factories.partner()
        for days in (1, 30, 60):
            factories.referral(partner=partner, happened_on=TODAY - timedelta(days=days))
        theirs = Location.objects.first()
    body = as_person(charlie).get(f"/dashboard/?location={theirs.pk}").content.decode()
    assert {n for _, n in numbers_on(body)} == {0}
    assert "All locations" in body


def test_a_second_referrer_of_the_same_matter_counts_the_patient_once(riverside):
    first = factories.referral(happened_on=TODAY)
    Referral.objects.filter(pk=factories.referral(patient=first.patient, happened_on=TODAY).pk).update(
        matter=first.pk
    )
    rows = rows_of(riverside)
    assert rows.received().count() == 1
    assert rows.from_partners().count() == 2


def test_the_year_before_ends_on_the_same_day(riverside):
    for on in (date(2024, 12, 1), date(2025, 11, 21), date(2025, 11, 22), date(2024, 11, 30)):
        factories.referral(happened_on=on)
    assert rows_of(riverside).received_before().count() == 2


def test_a_referral_enters_a_rate_on_its_sixtieth_day(riverside):
    for days in (59, 60):
        sent = factories.referral(direction="sent", happened_on=TODAY - timedelta(days=days))
        Obligation.objects.create(referral=sent, side=Side.THEM)
    assert rows_of(riverside).loop().count() == 1


def thanked(referral, at, **fields):
    message = factories.message(
        partner=referral.partner, referrals=0, state=MessageState.SENT, sent_at=at, **fields
    )
    MessageCause.objects.create(
        rule=message.rule, fact=f"referral:{referral.pk}", message=message, referral=referral
    )


@pytest.mark.parametrize(
    "happened, left, in_time",
    [
        (date(2026, 6, 1), datetime(2026, 6, 3, 17), True),  # a Monday, the Wednesday
        (date(2026, 6, 1), datetime(2026, 6, 4, 8), False),
        (date(2026, 6, 4), datetime(2026, 6, 8, 17), True),  # a Thursday, the Monday
        (date(2026, 6, 4), datetime(2026, 6, 9, 8), False),
        (date(2026, 4, 2), datetime(2026, 4, 7, 17), True),  # before Good Friday
        (date(2026, 4, 2), datetime(2026, 4, 8, 8), False),
        (date(2026, 6, 1), datetime(2026, 6, 3, 23, 30), True),  # summer time: the next day in UTC it is not
    ],
)
def test_thanks_are_in_time_within_two_working_days(riverside, happened, left, in_time):
    referral = factories.referral(happened_on=happened)
    thanked(referral, left.replace(tzinfo=ZoneInfo("Europe/London")))
    assert COUNTED["thanked-in-time"].rows(rows_of(riverside)).count() == in_time


def test_a_waiting_note_is_not_thanks_yet(riverside):
    referral = factories.referral(happened_on=TODAY)
    MessageCause.objects.create(
        rule=factories.message(partner=referral.partner, referrals=0).rule,
        fact="x",
        message=factories.message(partner=referral.partner, referrals=0),
        referral=referral,
    )
    assert list(rows_of(riverside).unthanked()) == [referral]
    thanked(referral, datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("UTC")))
    assert not rows_of(riverside).unthanked()


@pytest.mark.parametrize("sent_on, in_time", [(date(2026, 6, 9), True), (date(2026, 6, 10), False)])
def test_a_report_on_the_day_of_the_visit_comes_too_late(riverside, sent_on, in_time):
    referral = factories.referral(
        happened_on=date(2026, 6, 1), attended_on=date(2026, 6, 2), next_visit_on=date(2026, 6, 10)
    )
    Obligation.objects.create(
        referral=referral, side=Side.US, state=Loop.SENT, due_on=date(2026, 6, 9), sent_on=sent_on
    )
    rows = rows_of(riverside)
    assert (rows.visits().count(), COUNTED["visits-with-report"].rows(rows).count()) == (1, in_time)


def test_only_the_first_referral_of_each_patient_is_measured_and_only_until_october(riverside):
    first = factories.referral(direction="sent", happened_on=date(2026, 2, 1))
    factories.referral(direction="sent", happened_on=date(2026, 3, 1), patient=first.patient)
    factories.referral(direction="sent", happened_on=date(2025, 12, 31), patient=first.patient)
    assert list(rows_of(riverside).measured()) == [first]


def test_last_year_is_measured_until_this_years_referrals_have_matured(riverside):
    with time_machine.travel(datetime(2027, 2, 1, 12, tzinfo=ZoneInfo("UTC")), tick=False):
        assert rows_of(riverside).measure_year == 2026


def received(partner, *days_ago):
    for days in days_ago:
        factories.referral(partner=partner, happened_on=TODAY - timedelta(days=days))


@pytest.mark.parametrize(
    "days_ago, is_quiet",
    [
        ((90, 200, 300), True),  # the last 90 days are those from 24 August
        ((89, 200, 300), False),
        ((90, 200), False),
        ((90, 200, 454), True),
        ((90, 200, 455), False),
    ],
)
def test_gone_quiet_is_three_in_the_year_before_and_none_in_ninety_days(riverside, days_ago, is_quiet):
    received(factories.partner(), *days_ago)
    [counts] = count_windows(rows_of(riverside))
    assert counts.is_quiet == is_quiet


def test_whoever_ended_is_in_no_list(riverside):
    gone = factories.partner(stage=Stage.ENDED, ended_on=TODAY)
    received(gone, 100, 200, 300)
    assert count_windows(rows_of(riverside)) == []


def test_frequent_partners_are_listed_by_longest_since_the_last_contact(riverside, charlie):
    for name, days in (("Dr Lately", 3), ("Dr Long Ago", 80), ("Dr Never", None)):
        partner = factories.partner(name)
        received(partner, 5, 6, 7)
        if days:
            Touchpoint.objects.create(
                partner=partner, kind=TouchpointKind.CALL, happened_on=TODAY - timedelta(days=days)
            )
    names = [one.name for one in Page(rows_of(riverside), me=charlie).frequent]
    assert names == ["Dr Never", "Dr Long Ago", "Dr Lately"]


def test_a_note_to_ourselves_is_no_contact(riverside, charlie):
    partner = factories.partner(kind=Kind.PEER)
    Touchpoint.objects.create(partner=partner, kind=TouchpointKind.NOTE, happened_on=TODAY)
    Touchpoint.objects.create(partner=partner, kind=TouchpointKind.CALL, happened_on=TODAY, by_them=True)
    assert COUNTED["contacts-peer"].rows(rows_of(riverside)).count() == 1
