"""The location switch: what follows it, what it never hides, and how it behaves when a place goes."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from outreach import mail
from outreach.actions import check_ins, tasks
from outreach.actions.messages import thanks
from outreach.models import Message, Task
from outreach.models.messages import with_causes
from outreach.states import MessageState, TaskKind
from partners.states import Channel
from referralcrm.dashboards.definitions import COUNTED
from referralcrm.exchange.models import Export
from referralcrm.exchange.outgoing.kinds import chosen_rows
from referralcrm.practice.actions import lists
from referralcrm.practice.models import Location, Service
from referralcrm.practice.scope import enter
from tests import factories

SWITCH = "/practice/location/"


@pytest.fixture
def main(riverside):
    return Location.objects.get(name="Main Street")


@pytest.fixture
def hill(riverside):
    return Location.objects.create(
        name="Hill Street", address="7 Hill Street\nOld Town", postcode="OT1 2AB", phone="020 7946 0907"
    )


@pytest.fixture
def desk(alice, as_person, hill):
    return as_person(alice)


def switch(browser, location, **more):
    return browser.post(SWITCH, {"location": location and location.pk} | more)


def body(browser, address="/"):
    return re.sub(r"\s+", " ", browser.get(address).content.decode())


def place_of(answer):
    return answer.context["places"].here


def waiting(name, location=None, **fields):
    """A received referral without an appointment."""
    return factories.referral(patient=factories.patient(f"{name} Waiting"), location=location, **fields)


# The switch itself


def test_a_practice_with_one_location_has_no_switch(alice, as_person, main):
    alice.home_location = main
    alice.save()
    waiting("Nora", main)
    assert SWITCH not in body(as_person(alice)) and "Nora Waiting" in body(as_person(alice))


def test_it_starts_at_the_persons_own_place_and_keeps_what_is_chosen(alice, as_person, main, hill):
    alice.home_location = hill
    alice.save()
    browser = as_person(alice)
    assert place_of(browser.get("/")) == hill
    switch(browser, main)
    assert place_of(browser.get("/")) == main
    switch(browser, "")
    assert place_of(browser.get("/")) is None
    assert place_of(as_person(alice).get("/")) == hill, "the next session starts anew"


def test_it_goes_back_to_the_page_it_stood_on(desk, hill):
    assert switch(desk, hill, next="/referrals/?direction=sent")["Location"] == "/referrals/?direction=sent"
    assert switch(desk, hill, next="https://elsewhere.example/")["Location"] == "/"


def test_another_practices_location_is_answered_like_a_missing_one(desk, hill, northgate):
    with enter(northgate):
        theirs = Location.objects.create(name="Theirs")
    switch(desk, hill)
    answers = [desk.post(SWITCH, {"location": key}, follow=True) for key in (theirs.pk, uuid4(), "nonsense")]
    told = {[str(message) for message in answer.context["messages"]][0] for answer in answers}
    assert told == {"That place is not in use any more; nothing was switched."}
    assert all(place_of(answer) == hill for answer in answers)


def test_a_location_retired_while_it_is_chosen_shows_everything(desk, charlie, main, hill):
    Location.objects.create(name="Harbour")
    switch(desk, hill)
    lists.set_in_use(hill, False, by=charlie)
    waiting("Nora", main)
    answer = desk.get("/")
    assert place_of(answer) is None and "Nora Waiting" in answer.content.decode()


def test_the_frame_counts_the_same_on_a_page_that_follows_and_on_one_that_does_not(desk, main, hill):
    for place in (main, hill, hill, None):
        waiting("Nora", place)
    switch(desk, hill)
    counts = {
        re.search(r'href="/"[^>]*>Today <b>(\d+)</b>', body(desk, address))[1]
        for address in ("/", "/practice/settings/")
    }
    assert counts == {"3"}


def test_an_empty_log_says_that_it_is_one_locations(desk, main, hill):
    assert "No referrals yet" in body(desk, "/referrals/?view=all")
    waiting("Nora", main)
    switch(desk, hill)
    assert "No referrals at this location yet" in body(desk, "/referrals/?view=all")


def test_a_choice_that_is_gone_does_not_narrow_the_frame(desk, charlie, main, hill):
    Location.objects.create(name="Harbour")
    switch(desk, hill)
    lists.set_in_use(hill, False, by=charlie)
    waiting("Nora", main)
    assert "Today <b>1</b>" in body(desk, "/practice/settings/")


# What follows it


def test_today_and_its_count_show_the_place_and_what_belongs_to_none(desk, main, hill):
    retired = Location.objects.create(name="Old house", is_active=False)
    waiting("Mara", main), waiting("Hilda", hill), waiting("Nobody", None), waiting("Retired", retired)
    switch(desk, hill)
    page = desk.get("/").context["page"]
    assert page.bookings.total == page.total == 3
    assert "Mara Waiting" not in body(desk) and "Retired Waiting" in body(desk)
    switch(desk, "")
    assert desk.get("/").context["page"].total == 4


def test_the_list_of_referrals_follows_and_its_own_filter_wins(desk, main, hill):
    mara, hilda = waiting("Mara", main), waiting("Hilda", hill)
    switch(desk, hill)

    def shown(query=""):
        return {row.pk for row in desk.get(f"/referrals/{query}").context["page"]}

    assert shown() == {hilda.pk}
    assert shown(f"?location={main.pk}") == {mara.pk}
    assert shown("?location=all") == {mara.pk, hilda.pk}
    assert shown(f"?partner={mara.partner_id}") == {mara.pk}, "the log of one partner is whole"
    assert desk.get("/referrals/").context["here"] == hill.pk
    assert desk.get("/referrals/?location=all").context["here"] is None


def test_a_link_to_a_row_of_another_location_still_opens(desk, main, hill):
    switch(desk, hill)
    assert desk.get(waiting("Mara", main).get_absolute_url()).status_code == 200


def test_an_export_holds_what_the_list_shows(charlie, as_person, main, hill):
    waiting("Mara", main), waiting("Hilda", hill)
    browser = as_person(charlie)
    switch(browser, hill)
    address = reverse("exchange:export", args=["referrals"])
    assert "1 row<" in browser.get(address).content.decode()
    for what in ("seen", "all"):
        browser.post(address, {"as_seen": what})
        rows = chosen_rows(Export.objects.latest("created_at"))
        [row] = rows.read(list(rows.keys()))
        assert row.location == hill


def test_the_patients_counted_in_the_list_of_partners_are_those_of_the_place(desk, main, hill):
    partner = factories.partner()
    for place in (main, hill, hill):
        waiting("Nora", place, partner=partner)
    switch(desk, hill)
    [row] = desk.get("/partners/").context["page"]
    assert row.received == 2


def test_tasks_and_messages_follow(desk, main, hill):
    today = main.practice.today()
    for place in (main, hill, None):
        Task.objects.create(title=f"At {place}", location=place, due_on=today)
        note = factories.message(state=MessageState.HELD)
        note.causes.get().referral.__class__.objects.filter(pk=note.causes.get().referral_id).update(
            location=place
        )
    switch(desk, hill)
    listed = [task.title for task in desk.get("/outreach/tasks/").context["page"]]
    assert sorted(listed) == ["At Hill Street", "At None"]
    assert len(desk.get("/outreach/").context["page"]) == 2
    switch(desk, "")
    assert len(desk.get("/outreach/").context["page"]) == 3


def test_every_number_of_the_dashboard_is_the_number_of_its_rows_at_the_place(charlie, as_person, main, hill):
    for place, count in ((main, 1), (hill, 2), (None, 3)):
        for _ in range(count):
            waiting("Nora", place)
            waiting("Sven", place, direction="sent")
    browser = as_person(charlie)
    switch(browser, hill)
    page = browser.get("/dashboard/").context["page"]
    assert (page.counts["received"], page.counts["sent"]) == (2, 2)
    for name in COUNTED:
        figure = page.figure(name)
        assert browser.get(figure.url).context["page"].paginator.count == figure.n, name
    switch(browser, main)
    assert browser.get(page.url("received")).context["page"].paginator.count == 2, "the link says where"
    whole = browser.get("/dashboard/?location=all").context["page"]
    assert whole.counts["received"] == 6


# What is made has one


def test_the_log_form_starts_where_the_frame_stands(desk, hill):
    switch(desk, hill)
    assert desk.get("/referrals/new/").context["form"]["location"].value() == hill.pk


def test_tasks_of_rules_have_the_referrals_location_or_their_owners(alice, main, hill):
    alice.home_location = hill
    alice.save()
    asked = tasks.ask_source(waiting("Nora", main), by=alice)
    plain = tasks.add(kind=TaskKind.OTHER, title="Call", due_on=main.practice.today(), owner=alice)
    anywhere = tasks.add(
        kind=TaskKind.OTHER, title="Call", due_on=main.practice.today(), owner=alice, location=None
    )
    assert (asked.location, plain.location, anywhere.location) == (main, hill, None)


def test_thanks_by_hand_for_patients_of_two_locations_belong_to_neither(main, hill):
    partner = factories.partner(preferred_channel=Channel.CARD)
    thanks.thank(waiting("Nora", hill, partner=partner))
    assert Task.objects.get().location == hill
    thanks.thank(waiting("Mara", main, partner=partner))
    assert Task.objects.get().location is None


def test_the_weeks_tasks_have_their_owners_location(riverside, alice, hill):
    alice.home_location = hill
    alice.save()
    factories.partner(owner=alice, created_at=riverside.now() - timedelta(days=400))
    check_ins.open_check_ins(riverside, "2026-W10", riverside.today())
    assert Task.objects.get().location == hill


def test_a_task_is_added_where_the_frame_stands(desk, main, hill):
    switch(desk, hill)
    form = desk.get("/outreach/tasks/new/").context["form"]
    assert form["location"].value() == hill.pk
    data = {"title": "Call", "due_on": main.practice.today(), "location": main.pk}
    desk.post("/outreach/tasks/new/", data)
    assert Task.objects.get().location == main


# The signature


def text_for(*places):
    partner = factories.partner()
    for place in places:
        thanks.thank(waiting("Nora", place, partner=partner))
    [message] = with_causes(list(Message.objects.select_related("rule", "partner")))
    return mail.text_of(message)[1].strip()


def test_a_note_is_signed_with_the_location_of_its_referrals(hill):
    assert text_for(hill, hill).endswith(
        "With kind regards\nRiverside Physio\nHill Street\n7 Hill Street\nOld Town\nOT1 2AB\n020 7946 0907"
    )


@pytest.mark.parametrize("other", ["main", None])
def test_a_note_for_several_locations_is_signed_by_the_practice(request, hill, other):
    place = other and request.getfixturevalue(other)
    assert text_for(hill, place).endswith("With kind regards\nRiverside Physio")


def test_nothing_is_said_twice_in_a_signature(riverside):
    assert mail.signature(riverside, Location(name="Riverside Physio", phone="1")) == "Riverside Physio\n1"


# One's own place, and the small lists


def test_a_person_says_where_they_usually_work(alice, as_person, hill):
    browser = as_person(alice)
    browser.post("/practice/account/", {"home_location": hill.pk, "version": alice.version})
    alice.refresh_from_db()
    assert alice.home_location == hill
    late = browser.post("/practice/account/", {"home_location": "", "version": 1})
    assert "Somebody else saved this" in late.content.decode()
    alice.refresh_from_db()
    assert alice.home_location == hill


def test_the_second_of_two_who_change_a_row_of_a_list_is_told(charlie, as_person):
    row = Service.objects.get()
    address, browser = reverse("practice:list_row", args=["services", row.pk]), as_person(charlie)
    browser.post(address, {"name": "Shoulders", "version": 1})
    answer = browser.post(address, {"name": "Arms", "version": 1})
    assert "Somebody else saved this" in answer.content.decode()
    assert "It now says: Shoulders" in answer.content.decode()
    row.refresh_from_db()
    assert (row.name, row.version) == ("Shoulders", 2)
