"""The board of clocks."""

from datetime import date, timedelta

import pytest
import time_machine

from referrals.actions import move, receive, record_report, reports, send
from referrals.models import Obligation, Referral
from referrals.states import Verb
from tests import factories

TODAY = date(2026, 11, 20)  # a Friday


@pytest.fixture(autouse=True)
def on_a_friday():
    with time_machine.travel("2026-11-20T10:00:00Z", tick=False):
        yield


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def seen(patient, partner, *, by, days_ago, log=receive, **fields):
    """A patient who came so many days ago: the report is due 7 days later."""
    on = TODAY - timedelta(days=days_ago)
    patient = factories.patient(patient)
    referral = log(by=by, patient=patient, partner=partner, happened_on=on, **fields)
    return move(referral, Verb.ATTEND, by=by, on=on)


def board(browser, query=""):
    response = browser.get(f"/reports/?{query}")
    assert response.status_code == 200
    return response


def rows(response):
    return [(row.patient, row.tone, row.left) for row in response.context["rows"]]


def test_the_least_time_left_stands_first_in_words(desk, okafor, alice):
    for name, days_ago in (("Lee Late", 9), ("Moe Monday", 4), ("Tia Tuesday", 3), ("Tom Today", 7)):
        seen(name, okafor, by=alice, days_ago=days_ago)
    assert rows(board(desk)) == [
        ("Lee Late", "late", "2 days late"),
        ("Tom Today", "soon", "due today"),
        ("Moe Monday", "soon", "due Monday"),
        ("Tia Tuesday", "", "4 days left"),
    ]


def test_it_says_why_and_marks_by_word_and_not_by_colour_alone(desk, okafor, alice):
    seen("Kim Moreau", okafor, by=alice, days_ago=2, next_visit_on=date(2026, 11, 24))
    body = board(desk).content.decode()
    assert "Due Monday 23 Nov: the patient is back with the referrer on Tuesday 24 Nov." in body
    assert '<span class="tag tag-soon">due Monday</span>' in body


def test_ours_and_theirs_and_what_is_new(desk, okafor, alice):
    seen("Ora Ours", okafor, by=alice, days_ago=1)
    seen("Theo Theirs", okafor, by=alice, days_ago=1, log=send)
    receive(by=alice, patient=factories.patient("Nora New"), partner=okafor, happened_on=TODAY)
    ours, theirs = board(desk), board(desk, "side=theirs")
    assert [row[0] for row in rows(ours)] == ["Nora New", "Ora Ours"]
    assert [row[0] for row in rows(theirs)] == ["Theo Theirs"]
    assert "the referrer has not heard yet" in ours.content.decode()


@pytest.mark.parametrize(
    "query, shown",
    [
        ("when=late", ["Lee Late"]),
        ("when=soon", ["Lee Late", "Nora New"]),
        ("what=acknowledge", ["Nora New"]),
        ("who=lindqvist", ["Lena Later"]),
        ("clinician=nobody", ["Lee Late", "Nora New", "Lena Later"]),
        ("clinician=nonsense&when=never&page=x", ["Lee Late", "Nora New", "Lena Later"]),
    ],
)
def test_the_filters_narrow_it(query, shown, desk, okafor, alice):
    seen("Lee Late", okafor, by=alice, days_ago=9)
    seen("Lena Later", factories.partner("Dr Lindqvist"), by=alice, days_ago=0)
    receive(by=alice, patient=factories.patient("Nora New"), partner=okafor, happened_on=TODAY)
    assert [row[0] for row in rows(board(desk, query))] == shown


def test_what_is_on_hold_sent_or_deleted_is_not_there(desk, okafor, alice):
    move(seen("Hal Hold", okafor, by=alice, days_ago=3), Verb.HOLD, by=alice)
    record_report(Obligation.objects.get(referral=seen("Sue Sent", okafor, by=alice, days_ago=3)), by=alice)
    gone = seen("Gil Gone", okafor, by=alice, days_ago=3)
    Referral.objects.filter(pk=gone.pk).update(deleted_at=factories.timezone.now())
    response = board(desk)
    assert rows(response) == [] and "Nobody is waiting for us" in response.content.decode()


def test_a_row_is_finished_in_place_and_told_and_taken_back(desk, okafor, alice):
    referral = receive(by=alice, patient=factories.patient(), partner=okafor, happened_on=TODAY)
    sent = {"version": referral.version, "next": "/reports/"}
    response = desk.post(f"/referrals/{referral.pk}/told/", sent, follow=True)
    assert rows(response) == [] and "They know." in response.content.decode()
    [message] = response.context["messages"]
    desk.post(message.extra_tags)
    assert [row[0] for row in rows(board(desk))] == ["Kim Moreau"]
    response = desk.post(f"/referrals/{referral.pk}/told/", sent, follow=True)
    assert "changed" in response.content.decode() and len(rows(response)) == 1, "an old page finishes nothing"


def test_a_row_of_ours_leads_to_its_report_as_far_as_that_is(desk, okafor, alice, bob):
    referral = seen("Kim Moreau", okafor, by=alice, days_ago=2)
    seen("Theo Theirs", okafor, by=alice, days_ago=1, log=send)
    promised = referral.obligations.get(kind="initial")

    def step(query=""):
        return [row.step for row in board(desk, query).context["rows"] if row.what == "report"]

    assert step() == [("Write it", f"/referrals/{referral.pk}/reports/new/?obligation={promised.pk}")]
    draft = factories.report(referral, by=bob)
    assert step() == [("Go on writing", f"{draft.get_absolute_url()}write/")]
    reports.finalise(draft, by=bob)
    assert step() == [("Send it…", f"{draft.get_absolute_url()}send/")]
    assert step("side=theirs") == [None]


def test_the_next_visit_is_set_from_the_row(desk, okafor, alice):
    referral = seen("Kim Moreau", okafor, by=alice, days_ago=1)
    sent = {"on": "2026-11-25", "version": referral.version, "next": "/reports/"}
    response = desk.post(f"/referrals/{referral.pk}/back-on/", sent, follow=True)
    assert rows(response) == [("Kim Moreau", "", "4 days left")]
    assert Referral.objects.get(pk=referral.pk).next_visit_on == date(2026, 11, 25)
    sent |= {"on": "2030-01-01", "version": Referral.objects.get(pk=referral.pk).version}
    response = desk.post(f"/referrals/{referral.pk}/back-on/", sent, follow=True)
    assert "more than two years ahead" in response.content.decode()


def test_we_got_there_first_is_a_share_of_visits_that_are_known(desk, okafor, alice):
    for days_ago in (3, 9):
        referral = factories.referral(
            partner=okafor,
            happened_on=TODAY - timedelta(days=100),
            attended_on=TODAY - timedelta(days=90),
            next_visit_on=TODAY - timedelta(days=5),
        )
        sent_on = TODAY - timedelta(days=days_ago)
        Obligation.objects.create(referral=referral, side="us", state="sent", sent_on=sent_on)
    factories.referral(partner=okafor, happened_on=TODAY - timedelta(days=100))
    first = board(desk).context["first"]
    assert (first.hits, first.n) == (1, 2) and "too few to be exact" in first.in_words


def test_who_may_not_see_names_reads_numbers_and_may_not_finish(riverside, okafor, alice, as_person):
    seen("Kim Moreau", okafor, by=alice, days_ago=1)
    viewer = factories.person("Vera Auditor", role="auditor")
    body = board(as_person(viewer)).content.decode()
    assert "Kim Moreau" not in body and "Sent</button>" not in body
