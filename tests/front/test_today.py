from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outreach.models import Message, Rule, Task, Touchpoint
from outreach.states import TaskKind
from referralcrm.front.rail import numbers
from referralcrm.front.today import Today
from referrals.actions import log_call
from referrals.models import Obligation
from tests import factories

WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)
TODAY = WEDNESDAY.date()


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(WEDNESDAY, tick=False) as clock:
        yield clock


def days(number):
    return timedelta(days=number)


def report(patient, partner, *, due=0, clinician=None, next_visit_on=None):
    seen = TODAY - days(6)
    made = factories.referral(
        partner=partner,
        patient=factories.patient(patient),
        happened_on=TODAY - days(9),
        journey="attended",
        attended_on=seen,
        clinician=clinician,
        next_visit_on=next_visit_on,
    )
    return Obligation.objects.create(
        referral=made,
        side="us",
        state="due",
        due_on=TODAY + days(due),
        due_because="7 days after the first visit",
    )


def check_in(partner, owner, **fields):
    fields = {
        "due_on": TODAY - days(2),
        "why": "Inner circle, every 30 days; last in touch 34 days ago.",
    } | fields
    return Task.objects.create(
        kind=TaskKind.CHECK_IN, title=f"Keep in touch with {partner}", partner=partner, owner=owner, **fields
    )


def waiting(patient, partner, *, days_ago=3, **fields):
    return factories.referral(
        partner=partner, patient=factories.patient(patient), happened_on=TODAY - days(days_ago), **fields
    )


def everything(owner, *, rows=1):
    """So many rows of every kind, for ``owner``."""
    rule = Rule.objects.get(kind="thank_you")
    for n in range(rows):
        partner = factories.partner(
            f"Dr {n}",
            owner=owner,
            discipline=factories.discipline(),
            organisation=factories.organisation(),
            next_step="Send the new leaflet",
            next_step_on=TODAY,
        )
        report(f"Report Patient{n}", partner, clinician=owner)
        waiting(f"Waiting Patient{n}", partner, clinician=owner)
        waiting(
            f"Booked Patient{n}",
            partner,
            clinician=owner,
            journey="scheduled",
            appointment_on=TODAY - days(1),
        )
        check_in(partner, owner)
        Task.objects.create(
            kind="thank_card", title=f"Thank Dr {n}", partner=partner, owner=owner, due_on=TODAY
        )
        Task.objects.create(title="Call the printer", owner=owner, due_on=TODAY)
        Message.objects.create(
            rule=rule, partner=partner, state="held", hold="approval", due_at=timezone.now()
        )


def test_the_sections_stand_most_urgent_first_and_count_what_the_rail_counts(alice, as_person):
    everything(alice)
    page = as_person(alice).get("/").content.decode()
    titles = [
        "Reports due",
        "Not yet booked",
        "Did they come?",
        "Say thank you",
        "Tasks",
        "People to keep in touch with this week",
    ]
    places = [page.index(f"<h2>{title}</h2>") for title in titles]
    assert places == sorted(places)
    assert "Eight things need you today" in page
    assert numbers(alice).today == Today(alice).total == 8


@pytest.mark.parametrize("query", ["", "?for=everybody"])
def test_more_rows_need_no_more_queries(alice, as_person, query):
    browser = as_person(alice)
    browser.get("/")
    asked = []
    for more in (3, 27):
        everything(alice, rows=more)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/{query}").status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12


def test_a_section_shows_ten_rows_and_the_way_to_all(alice, as_person):
    for n in range(12):
        check_in(factories.partner(f"Dr {n}"), alice)
    page = Today(alice)
    assert (len(page.check_ins.rows), page.check_ins.total, page.check_ins.more) == (10, 12, 2)
    assert "/outreach/tasks/?kind=check_in" in as_person(alice).get("/").content.decode()


def test_who_only_reads_is_not_told_to_act(riverside, as_person):
    waiting("Ruth Adler", factories.partner("Northgate Surgery"), days_ago=3)
    page = as_person(factories.person("Ada Auditor", role="auditor")).get("/").content.decode()
    assert "One thing needs the practice today" in page


def test_nothing_to_do_is_a_pleasant_page(alice, as_person):
    page = as_person(alice).get("/").content.decode()
    assert "Nothing needs you right now" in page
    assert "Nobody is waiting for you" in page


def test_what_belongs_to_somebody_else_is_shown_when_asked_for(alice, bob, as_person):
    partner = factories.partner("Dr Quiet")
    check_in(partner, bob)
    report("Kim Moreau", partner, clinician=bob)
    assert Today(alice).total == 0
    assert Today(alice, everybody=True).total == Today(bob).total == 2
    assert "Dr Quiet" in as_person(alice).get("/?for=everybody").content.decode()


def test_what_belongs_to_nobody_is_everybodys(alice, bob):
    check_in(factories.partner(), None)
    assert (Today(alice).total, Today(bob).total) == (1, 1)


def test_the_desk_books_for_everybody_and_a_clinician_sees_their_own_patients(alice, bob):
    dana = factories.person("Dana Dunn", role="clinician", sees_patients=True)
    waiting("Ruth Adler", factories.partner(), clinician=bob)
    assert (Today(alice).bookings.total, Today(bob).bookings.total, Today(dana).bookings.total) == (1, 1, 0)


def test_not_yet_booked_is_oldest_first_with_the_days_waiting(alice, as_person):
    partner = factories.partner("Northgate Surgery")
    waiting("Ruth Adler", partner, days_ago=3)
    waiting("Tomas Reyes", partner, days_ago=9, urgency="urgent")
    waiting("Ada Yard", partner, days_ago=5, journey="no_show", appointment_on=TODAY - days(1))
    waiting("Not Ours", partner, direction="sent")
    names = [row.patient_name for row in Today(alice).bookings.rows]
    assert names == ["Tomas Reyes", "Ada Yard", "Ruth Adler"]
    page = as_person(alice).get("/").content.decode()
    assert ">9 days</time>." in page
    assert 'title="Tue 3 Mar 2026">3 Mar</time>; to be booked again.' in page


def test_a_report_says_when_it_is_due_and_how_late_it_is(alice, as_person):
    partner = factories.partner("Dr Okafor")
    report("Kim Moreau", partner, due=1, next_visit_on=TODAY + days(2))
    report("Tomas Reyes", partner, due=-2)
    report("Later Person", partner, due=4)
    page = as_person(alice).get("/").content.decode()
    assert "2 days late" in page
    assert "due <time" in page
    assert "Later Person" not in page
    assert page.index("Tomas Reyes") < page.index("Kim Moreau")
    assert "One is about a patient who goes back to their doctor within a week." in page


def test_a_report_of_a_referral_entered_in_error_is_not_asked_for(alice):
    owed = report("Kim Moreau", factories.partner())
    owed.referral.journey = "entered_in_error"
    owed.referral.save()
    assert Today(alice).total == numbers(alice).today == 0


def test_people_who_may_not_read_names_see_record_numbers(riverside, as_person):
    auditor = factories.person("Olive Oak", role="auditor")
    waiting("Ruth Adler", factories.partner())
    page = as_person(auditor).get("/?for=everybody").content.decode()
    assert "Ruth Adler" not in page
    assert "record R" in page


def test_a_thank_you_that_goes_by_itself_is_announced(alice, as_person):
    Message.objects.create(
        rule=Rule.objects.get(kind="thank_you"),
        partner=factories.partner(),
        due_at=datetime(2026, 3, 4, 17, tzinfo=UTC),
    )
    assert "one goes out by itself at 17:00" in as_person(alice).get("/").content.decode()


def test_what_was_done_on_monday_morning_counts_in_every_zone(alice, riverside):
    riverside.time_zone = "Pacific/Auckland"
    riverside.save()
    alice.practice = riverside
    done = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)  # Monday 08:30 there
    check_in(factories.partner("Dr Quiet"), alice, state="completed", closed_at=done)
    assert Today(alice).check_ins.note == "1 of 1 done"


def test_called_finishes_a_check_in_on_the_spot_and_counts_it(alice, as_person):
    task = check_in(factories.partner("Dr Quiet"), alice)
    check_in(factories.partner("Dr Other"), alice)
    browser = as_person(alice)
    browser.post(
        f"/outreach/tasks/{task.pk}/", {"verb": "done", "contact": "call", "version": 1, "next": "/"}
    )
    page = browser.get("/").content.decode()
    assert "1 of 2 done" in page
    assert "One thing needs you today" in page
    assert Touchpoint.objects.get().kind == "call"


def test_snoozed_and_later_tasks_do_not_show(alice):
    check_in(factories.partner(), alice, snoozed_until=TODAY + days(1))
    Task.objects.create(title="Tomorrow", owner=alice, due_on=TODAY + days(1))
    assert Today(alice).total == 0


@pytest.mark.parametrize(
    "journey, sent, after",
    [
        ("requested", {"verb": "schedule", "appointment_on": "2026-03-09"}, "scheduled"),
        ("requested", {"verb": "patient_declines", "on": "2026-03-04"}, "patient_declined"),
        ("scheduled", {"verb": "attend", "on": "2026-03-03"}, "attended"),
        ("scheduled", {"verb": "miss", "on": "2026-03-03"}, "no_show"),
    ],
)
def test_a_referral_is_moved_on_from_its_row(alice, as_person, journey, sent, after):
    booked = TODAY - days(1) if journey == "scheduled" else None
    referral = waiting("Ruth Adler", factories.partner(), journey=journey, appointment_on=booked)
    browser = as_person(alice)
    page = browser.get("/").content.decode()
    assert f'name="verb" value="{sent["verb"]}"' in page
    browser.post(f"/referrals/{referral.pk}/move/", {"version": 1, "next": "/"} | sent)
    referral.refresh_from_db()
    assert referral.journey == after


def test_a_report_is_sent_and_a_next_step_done_from_their_rows(alice, as_person):
    partner = factories.partner(owner=alice, next_step="Send the leaflet", next_step_on=TODAY)
    owed = report("Kim Moreau", partner)
    browser = as_person(alice)
    assert f"/referrals/reports/{owed.pk}/" in browser.get("/").content.decode()
    browser.post(
        f"/referrals/reports/{owed.pk}/", {"act": "done", "version": 1, "on": "2026-03-04", "next": "/"}
    )
    response = browser.post(f"/partners/{partner.pk}/next-step/done/", {"next": "/"})
    assert response["Location"] == "/"
    assert Today(alice).total == 0


def test_calls_are_told_and_after_the_practices_number_unreachable_comes_first(
    alice, bob, as_person, wednesday
):
    row = waiting("Ruth Adler", factories.partner("Northgate Surgery"))
    wednesday.move_to(WEDNESDAY - days(1))
    log_call(row, by=alice)
    log_call(row, by=bob)
    wednesday.move_to(WEDNESDAY)
    browser = as_person(alice)
    page = browser.get("/").content.decode()
    assert "3 days</time>; called twice, no answer yesterday 12:00 (Bob Brown)." in page
    assert "Unreachable" not in page
    log_call(row, by=alice)
    page = browser.get("/").content.decode()
    assert "3 calls without an answer, the last today 12:00 (Alice Adams)." in page
    acts = page[page.index("3 calls without") :]
    assert acts.index('value="mark_unreachable"') < acts.index('value="schedule"')


def test_what_is_put_off_is_counted_beside_the_title_and_not_in_the_rail(alice, as_person):
    partner = factories.partner()
    waiting("Ruth Adler", partner, call_on=TODAY + days(1))
    waiting("Tomas Reyes", partner, call_on=TODAY)
    page = as_person(alice).get("/").content.decode()
    assert "Ruth Adler" not in page
    assert "<small>1 · 1 put off</small>" in page
    assert numbers(alice).today == Today(alice).total == 1


def test_later_suggests_the_next_working_day(alice, wednesday):
    assert Today(alice).try_again_on == TODAY + days(1)
    wednesday.move_to(WEDNESDAY + days(2))  # Friday
    assert Today(alice).try_again_on == TODAY + days(5)


def test_a_passed_appointment_can_be_rebooked_in_the_row_and_put_back(alice, as_person):
    row = waiting("Ruth Adler", factories.partner(), journey="scheduled", appointment_on=TODAY - days(1))
    browser = as_person(alice)
    assert 'value="rebook"' in browser.get("/").content.decode()
    new = {"appointment_on": "2026-03-09", "appointment_time": "14:15"}
    browser.post(f"/referrals/{row.pk}/move/", {"verb": "rebook", "version": 1, "next": "/"} | new)
    row.refresh_from_db()
    assert row.journey == "scheduled"
    assert {name: str(getattr(row, name))[:10] for name in new} == new | {"appointment_time": "14:15:00"}
    [note] = browser.get("/").context["messages"]
    browser.post(note.extra_tags)
    row.refresh_from_db()
    assert (row.journey, row.appointment_on, row.appointment_time) == ("scheduled", TODAY - days(1), None)


def test_the_whole_list_of_those_to_book_is_oldest_first(alice, as_person):
    for n in range(12):
        waiting(f"Waiting Patient{n}", factories.partner(), days_ago=n)
    browser = as_person(alice)
    assert "?direction=received&journey=unbooked&sort=date" in browser.get("/").content.decode()
    rows = browser.get("/referrals/?direction=received&journey=unbooked&sort=date").context["page"]
    assert [row.happened_on for row in rows] == sorted(row.happened_on for row in rows)
