from datetime import timedelta

import pytest

from outreach.actions import tasks, touchpoints
from outreach.models import Task, Touchpoint
from outreach.states import TaskKind
from partners import actions as partners
from partners.states import Ending
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.states import Role
from tests import factories


def days(number):
    return timedelta(days=number)


@pytest.fixture
def today(riverside):
    return riverside.today()


@pytest.fixture
def check_in(alice, today):
    partner = factories.partner("Dr Quiet", owner=alice)
    return Task.objects.create(
        kind=TaskKind.CHECK_IN,
        title="Keep in touch with Dr Quiet",
        partner=partner,
        owner=alice,
        due_on=today,
    )


def address(task):
    return f"/outreach/tasks/{task.pk}/"


def send(browser, task, **body):
    return browser.post(address(task), {"version": task.version, "next": "/", **body})


@pytest.mark.parametrize("contact", ["call", "message", "visit"])
def test_a_check_in_is_done_by_one_tap_that_logs_the_contact(check_in, alice, as_person, today, contact):
    response = send(as_person(alice), check_in, verb="done", contact=contact, note="She liked the class")
    assert (response.status_code, response["Location"]) == (302, "/")
    check_in.refresh_from_db()
    touchpoint = Touchpoint.objects.get()
    assert (check_in.state, check_in.closed_by, check_in.touchpoint) == ("completed", alice, touchpoint)
    assert (touchpoint.partner, touchpoint.kind, touchpoint.happened_on) == (check_in.partner, contact, today)
    assert (touchpoint.by, touchpoint.note, touchpoint.by_them) == (alice, "She liked the class", False)


@pytest.mark.parametrize("kind, contact", [("thank_card", "letter"), ("thank_call", "call")])
def test_thanks_by_hand_log_a_contact_by_themselves(check_in, alice, kind, contact):
    check_in.kind = kind
    tasks.complete(check_in, version=1, by=alice)
    assert Touchpoint.objects.get().kind == contact


def test_a_task_without_a_partner_is_simply_done(alice, today):
    task = tasks.add(kind="other", title="Call the printer", due_on=today, by=alice)
    tasks.complete(task, version=1, by=alice)
    assert Touchpoint.objects.count() == 0


def test_two_people_do_not_both_do_it(check_in, alice, bob, as_person):
    send(as_person(bob), check_in, verb="done", contact="call")
    response = send(as_person(alice), check_in, verb="done", contact="call", note="We spoke")
    page = response.content.decode()
    assert "Bob Brown was quicker: done, at " in page
    assert "We spoke" in page
    assert Touchpoint.objects.count() == 1


def test_with_htmx_the_list_is_refreshed_and_a_toast_offers_undo(check_in, alice, as_person):
    response = as_person(alice).post(
        address(check_in),
        {"verb": "done", "contact": "call", "version": 1, "next": "/?for=everybody"},
        headers={"HX-Request": "true"},
    )
    assert response.status_code == 204
    assert '"path": "/?for=everybody"' in response["HX-Location"]
    assert "Called Dr Quiet." in response["HX-Trigger"]
    assert f"{address(check_in)}undo/?version=2" in response["HX-Trigger"]


def test_with_htmx_the_slower_one_is_told(check_in, alice, bob, as_person):
    tasks.complete(check_in, version=1, by=bob)
    response = as_person(alice).post(
        address(check_in), {"verb": "done", "version": 1}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 204
    assert "Bob Brown was quicker" in response["HX-Trigger"]


def test_undo_opens_it_again_and_takes_the_contact_back(check_in, alice, as_person):
    browser = as_person(alice)
    send(browser, check_in, verb="done", contact="call")
    browser.post(f"{address(check_in)}undo/?version=2")
    check_in.refresh_from_db()
    assert (check_in.state, check_in.closed_at, check_in.closed_by) == ("requested", None, None)
    assert Touchpoint.objects.kept().count() == 0


def test_undo_does_nothing_once_somebody_went_on(check_in, alice, bob, as_person):
    tasks.complete(check_in, version=1, by=alice)
    browser = as_person(alice)
    browser.post(f"{address(check_in)}undo/?version=1")
    check_in.refresh_from_db()
    assert check_in.state == "completed"
    assert "This was changed again in the meantime." in browser.get("/").content.decode()


def test_what_was_closed_a_month_ago_stays_closed(check_in, alice):
    tasks.complete(check_in, version=1, by=alice)
    check_in.refresh_from_db()
    check_in.closed_at -= days(31)
    with pytest.raises(Refused, match="more than 30 days ago"):
        tasks.reopen(check_in, version=2, by=alice)


def test_snooze_hides_it_for_a_week(check_in, alice, as_person, today):
    browser = as_person(alice)
    send(browser, check_in, verb="snooze")
    check_in.refresh_from_db()
    assert check_in.snoozed_until == today + days(7)
    assert not Task.objects.showing(today + days(6)).exists()
    assert Task.objects.showing(today + days(7)).exists()
    browser.post(f"{address(check_in)}undo/?version=2")
    check_in.refresh_from_db()
    assert check_in.snoozed_until is None


def test_nobody_is_asked_to_keep_in_touch_with_somebody_who_died_meanwhile(check_in, alice, today, as_person):
    check_in.partner = partners.end(check_in.partner, ending=Ending.DIED, on=today, by=alice)
    assert not Task.objects.showing(today).exists()
    assert check_in.title not in as_person(alice).get("/outreach/tasks/").content.decode()
    partners.resume(check_in.partner, by=alice)
    assert Task.objects.showing(today).get() == check_in


def test_what_is_about_a_partner_in_the_trash_is_hidden_with_it(check_in, alice, today):
    call = tasks.add(kind="other", title="Call them", partner=check_in.partner, due_on=today, by=alice)
    alone = tasks.add(kind="other", title="Buy stamps", due_on=today, by=alice)
    partners.delete(check_in.partner, by=alice)
    assert list(Task.objects.showing(today)) == [alone]
    partners.restore(check_in.partner, by=alice)
    assert set(Task.objects.showing(today)) == {alone, call, check_in}


@pytest.mark.parametrize("away", [0, -1, 367])
def test_snooze_takes_a_day_of_the_next_year(check_in, alice, as_person, today, away):
    response = send(as_person(alice), check_in, verb="snooze", until=(today + days(away)).isoformat())
    assert "Choose a day from tomorrow to a year from now." in response.content.decode()
    check_in.refresh_from_db()
    assert check_in.snoozed_until is None


def test_a_skipped_task_keeps_its_reason(check_in, alice, as_person):
    send(as_person(alice), check_in, verb="skip", because="On leave until May")
    check_in.refresh_from_db()
    assert (check_in.state, check_in.skipped_because) == ("rejected", "On leave until May")
    assert Touchpoint.objects.count() == 0


@pytest.mark.parametrize("because", ["", "   ", "x" * 201, "a\0b"])
def test_skipping_needs_a_reason_that_fits(check_in, alice, as_person, because):
    response = send(as_person(alice), check_in, verb="skip", because=because)
    assert response.status_code == 200
    assert "invalid-feedback" in response.content.decode()
    check_in.refresh_from_db()
    assert check_in.state == "requested"


def test_a_task_is_handed_over_to_somebody_who_works_here(check_in, alice, bob, as_person):
    send(as_person(alice), check_in, verb="give", owner=str(bob.pk))
    check_in.refresh_from_db()
    assert check_in.owner == bob


def test_a_task_is_not_handed_to_strangers_or_leavers(check_in, alice, northgate, as_person):
    stranger = factories.person("Nora North", practice=northgate)
    leaver = factories.person("Gus Gone", is_active=False)
    for person in (stranger, leaver):
        send(as_person(alice), check_in, verb="give", owner=str(person.pk))
        with pytest.raises(Refused):
            tasks.reassign(check_in, owner=person, version=1, by=alice)
    check_in.refresh_from_db()
    assert check_in.owner == alice


def test_a_stale_page_changes_nothing(check_in, alice, bob, as_person):
    tasks.reassign(check_in, owner=bob, version=1, by=bob)
    response = send(as_person(alice), check_in, verb="skip", because="Not needed")
    assert "Bob Brown was quicker: handed over, at " in response.content.decode()
    assert "Not needed" in response.content.decode()


def test_a_task_of_ones_own_is_added_once(alice, as_person, today):
    partner = factories.partner("Dr Quiet")
    body = {
        "title": "Bring the new leaflet",
        "partner_name": "Dr Quiet",
        "due_on": today.isoformat(),
        "owner": str(alice.pk),
        "once": "0190b5a0-0000-7000-8000-000000000000",
    }
    for _ in range(2):
        assert as_person(alice).post("/outreach/tasks/new/", body).status_code == 302
    task = Task.objects.get()
    assert (task.title, task.partner, task.owner, task.kind) == (
        "Bring the new leaflet",
        partner,
        alice,
        "other",
    )


def test_a_name_that_fits_nobody_keeps_the_typing(alice, as_person, today):
    response = as_person(alice).post(
        "/outreach/tasks/new/",
        {"title": "Bring the leaflet", "partner_name": "Nobody", "due_on": today.isoformat()},
    )
    page = response.content.decode()
    assert "Choose one partner from the list" in page
    assert "Bring the leaflet" in page
    assert Task.objects.count() == 0


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999", "-1"])
def test_an_odd_version_is_no_error_page(check_in, alice, as_person, version):
    browser = as_person(alice)
    assert browser.post(address(check_in), {"verb": "done", "version": version}).status_code == 200
    assert browser.post(f"{address(check_in)}undo/?version={version}").status_code == 302
    check_in.refresh_from_db()
    assert check_in.state == "requested"


def test_the_list_shows_mine_or_everybodys_open_done_or_skipped(check_in, alice, bob, as_person):
    tasks.complete(
        tasks.add(kind="other", title="Done thing", due_on=check_in.due_on, owner=alice), version=1, by=alice
    )
    tasks.add(kind="other", title="Bobs thing", due_on=check_in.due_on, owner=bob)
    browser = as_person(alice)

    def page(query):
        return browser.get(f"/outreach/tasks/{query}").content.decode()

    assert "Dr Quiet" in page("")
    assert "Bobs thing" not in page("")
    assert "Bobs thing" in page("?for=everybody")
    assert "Done thing" in page("?show=done")
    assert "Dr Quiet" not in page("?kind=other")
    assert "No tasks here" in page("?show=skipped")


@pytest.mark.parametrize("query", ["?show=nonsense", "?kind=nonsense", "?page=999", "?for=%00", "?page=x"])
def test_nonsense_in_the_address_is_no_error_page(check_in, alice, as_person, query):
    assert as_person(alice).get(f"/outreach/tasks/{query}").status_code == 200


def test_the_list_needs_no_more_queries_for_more_rows(alice, as_person, today, django_assert_max_num_queries):
    for n in range(30):
        partner = factories.partner(f"Dr {n}", discipline=factories.discipline())
        Task.objects.create(kind="check_in", title="Keep", partner=partner, owner=alice, due_on=today)
    browser = as_person(alice)
    browser.get("/")
    with django_assert_max_num_queries(12):
        browser.get("/outreach/tasks/")


def test_a_contact_logged_anywhere_finishes_the_check_in(check_in, alice, today):
    [made] = touchpoints.log(
        partners=[check_in.partner], kind="lunch", happened_on=today - days(14), by=alice
    )
    check_in.refresh_from_db()
    assert (check_in.state, check_in.touchpoint) == ("completed", made)


@pytest.mark.parametrize("kind, ago", [("note", 0), ("call", 15)])
def test_a_note_or_an_old_contact_does_not_finish_it(check_in, alice, today, kind, ago):
    touchpoints.log(partners=[check_in.partner], kind=kind, happened_on=today - days(ago), by=alice)
    check_in.refresh_from_db()
    assert check_in.state == "requested"


def test_a_task_goes_to_nobody_who_could_not_tick_it_off(check_in, alice, as_person):
    dana = factories.person("Dana Dale", role=Role.AUDITOR)
    send(as_person(alice), check_in, verb="give", owner=dana.pk)
    with pytest.raises(Refused, match="cannot tick tasks off"):
        tasks.reassign(check_in, owner=dana, version=1, by=alice)
    check_in.refresh_from_db()
    assert check_in.owner == alice


def test_a_task_written_by_hand_is_deleted_and_comes_back(alice, as_person, today):
    okafor = factories.partner()
    task = tasks.add(kind=TaskKind.OTHER, title="Order cards", due_on=today, partner=okafor, by=alice)
    browser = as_person(alice)
    page = browser.post(f"/outreach/tasks/{task.pk}/delete/", follow=True).content.decode()
    assert f'action="{trash.undo(task)}"' in page
    assert not Task.objects.showing(today).filter(pk=task.pk).exists()
    assert browser.get(f"/outreach/tasks/{task.pk}/").status_code == 410
    assert "Order cards" in browser.get("/trash/?kind=tasks").content.decode()
    browser.post(trash.undo(task))
    assert Task.objects.showing(today).filter(pk=task.pk).exists()


def test_what_a_rule_asked_for_is_skipped_and_not_deleted(check_in, alice, as_person):
    page = as_person(alice).post(f"/outreach/tasks/{check_in.pk}/delete/", follow=True).content.decode()
    assert "Skip it instead, with a reason" in page
    assert Task.objects.open().filter(pk=check_in.pk).exists()
