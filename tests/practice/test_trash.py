"""The trash: one page for everything people delete, with the way back for 30 days."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from outreach.models import Touchpoint
from partners import actions
from partners.models import Affiliation, Contact, Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.core.signals import minute_passed
from referralcrm.practice import receivers, tasks, trash
from referralcrm.practice.actions.trash import anything_to_remove, remove_expired
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.models import ClosedDay
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories
from tests.practice.test_permit import VIEWS

TRASH = "/trash/"


@pytest.fixture
def okafor(riverside, alice):
    return actions.create(name="Dr Okafor", email="okafor@x.example", office="Northgate", by=alice)


@pytest.fixture
def browser(alice, as_person):
    return as_person(alice)


def shown(browser, **search):
    response = browser.post(TRASH, search) if search else browser.get(TRASH)
    return response.content.decode()


def restore(browser, row, **data):
    return browser.post(trash.undo(row), data)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_it_shows_what_was_deleted_with_who_when_and_the_days_left(okafor, bob, browser):
    actions.delete(okafor, by=bob)
    Partner.objects.update(deleted_at=timezone.now() - timedelta(days=28, hours=1))
    page = shown(browser)
    assert "Dr Okafor" in page and "2 days left" in page and "4 weeks ago" in page


def test_it_says_who_deleted_a_row(okafor, bob, browser):
    actions.delete(okafor, by=bob)
    assert "by Bob Brown" in shown(browser)


def test_the_newest_stands_first_and_a_kind_can_be_chosen(okafor, alice, browser):
    marta = actions.create_contact(okafor, name="Marta", by=alice)
    actions.delete_contact(marta, by=alice)
    actions.delete(okafor, by=alice)
    page = shown(browser)
    assert page.index("<b>Dr Okafor</b>") < page.index("<b>Marta</b>")
    only = browser.get(TRASH, {"kind": "contacts"}).content.decode()
    assert "<b>Marta</b>" in only and "<b>Dr Okafor</b>" not in only
    assert browser.post(TRASH, {"kind": "contacts", "q": ""})["Location"] == "/trash/?kind=contacts"


def test_it_is_searched_by_name_without_accents_and_by_what_stands_beside_it(okafor, alice, browser):
    for name in ("Zoé Brandt", "Marta"):
        actions.delete_contact(actions.create_contact(okafor, name=name, by=alice), by=alice)
    found = shown(browser, q="brandt zoe")
    assert "<b>Zoé Brandt</b>" in found and "<b>Marta</b>" not in found
    assert "<b>Marta</b>" in shown(browser, q="okafor marta")
    assert "Nothing deleted is called like this" in shown(browser, q="nobody 100%")


def test_a_restored_row_is_answered_with_a_link_to_it(okafor, alice, browser):
    actions.delete(okafor, by=alice)
    response = restore(browser, okafor, next=TRASH)
    assert response["Location"] == TRASH
    assert f'<a href="{reverse("partners:detail", args=[okafor.pk])}">Dr Okafor</a> is back.' in said(
        response
    )
    assert Partner.objects.kept().get() == okafor


def test_a_name_is_shown_as_it_is_typed_never_as_markup(riverside, alice, browser):
    hostile = actions.create(name="<b>Dr</b> & <script>", by=alice)
    actions.delete(hostile, by=alice)
    assert "<script>&" not in shown(browser) and "&lt;b&gt;Dr&lt;/b&gt; &amp;" in shown(browser)
    assert "&lt;b&gt;Dr&lt;/b&gt;" in said(restore(browser, hostile, next=TRASH))


def test_what_belongs_to_a_partner_in_the_trash_waits_for_the_partner(okafor, alice, browser):
    marta = actions.create_contact(okafor, name="Marta", by=alice)
    call = Touchpoint.objects.create(partner=okafor, happened_on=okafor.practice.today())
    actions.delete_contact(marta, by=alice)
    browser.post(reverse("outreach:delete_touchpoint", args=[call.pk]))
    actions.delete(okafor, by=alice)
    for row in (marta, call):
        assert "Restore Dr Okafor first" in said(restore(browser, row, next=TRASH))
    restore(browser, okafor)
    for row in (marta, call):
        restore(browser, row)
        assert type(row).objects.kept().get() == row


def test_an_office_in_the_trash_is_restored_before_those_who_worked_there(okafor, alice, browser):
    office = okafor.organisation
    actions.delete(okafor, by=alice)
    actions.delete_affiliation(Affiliation.objects.get(), by=alice)
    Partner.objects.update(organisation=office)
    actions.delete_organisation(office, by=alice)
    assert "Restore Northgate first" in said(restore(browser, okafor, next=TRASH))
    restore(browser, office)
    restore(browser, okafor)
    assert Partner.objects.kept().get() == okafor


def test_who_comes_back_to_a_full_inner_circle_is_told_where_they_are(riverside, okafor, alice, browser):
    Partner.objects.update(circle="inner")
    actions.delete(okafor, by=alice)
    type(riverside).objects.filter(pk=riverside.pk).update(inner_circle_size=0)
    assert "The inner circle is full, so they came back to the network." in said(restore(browser, okafor))
    assert Partner.objects.get().circle == "network"


def test_an_organisation_that_has_a_double_now_says_so(okafor, alice, browser):
    actions.delete(okafor, by=alice)
    office = okafor.organisation
    actions.delete_organisation(office, by=alice)
    factories.organisation("NORTHGATE")
    assert "another of the same name" in said(restore(browser, office))


def test_a_name_that_was_taken_meanwhile_is_told_in_words(okafor, alice, browser, monkeypatch):
    def taken(row, *, by):
        raise IntegrityError("duplicate key")

    actions.delete(okafor, by=alice)
    monkeypatch.setitem(trash.KINDS, "partners", replace(trash.KINDS["partners"], restore=taken))
    response = restore(browser, okafor, next=TRASH)
    assert response["Location"] == TRASH
    assert "Another partner has taken its place" in said(response)


def test_after_thirty_days_it_is_out_of_the_trash_and_has_no_way_back(okafor, alice, browser):
    actions.delete(okafor, by=alice)
    Partner.objects.update(deleted_at=timezone.now() - timedelta(days=30, minutes=1))
    assert "The trash is empty" in shown(browser)
    assert "more than 30 days ago" in said(restore(browser, okafor, next=TRASH))
    assert browser.get(reverse("partners:detail", args=[okafor.pk])).status_code == 404


@pytest.mark.parametrize("kind", [*sorted(trash.KINDS)])
def test_every_kind_names_addresses_that_exist(kind):
    row = trash.KINDS[kind]
    for name in row.opened_by:
        assert name in VIEWS
    assert {"deleted_at", "practice"} <= {field.name for field in row.model._meta.fields}


@pytest.mark.parametrize("path", ["", "edit/", "end/"])
def test_the_page_of_a_deleted_row_says_so_and_offers_the_way_back(okafor, alice, browser, as_person, path):
    address = reverse("partners:detail", args=[okafor.pk]) + path
    actions.delete(okafor, by=alice)
    response = browser.get(address)
    assert response.status_code == 410
    page = response.content.decode()
    assert "in the trash" in page and "by Alice Adams" in page
    assert f'action="{trash.undo(okafor)}"' in page


def test_who_may_not_bring_it_back_is_told_where_it_is(okafor, alice, as_person):
    actions.delete(okafor, by=alice)
    auditor = as_person(factories.person("Ida Auditor", role=Role.AUDITOR))
    page = auditor.get(reverse("partners:detail", args=[okafor.pk])).content.decode()
    assert "in the trash" in page and trash.undo(okafor) not in page
    assert "not among what your role may do" in said(restore(auditor, okafor, next=TRASH))
    assert not Partner.objects.kept().exists()
    assert "Dr Okafor" not in shown(auditor)


def test_another_practice_sees_nothing_of_it(okafor, alice, northgate, as_person):
    actions.delete(okafor, by=alice)
    with enter(northgate):
        dora = as_person(factories.person("Dora Dentist", practice=northgate))
    assert "Dr Okafor" not in shown(dora)
    assert dora.get(reverse("partners:detail", args=[okafor.pk])).status_code == 404
    assert restore(dora, okafor).status_code == 404


def test_a_kind_that_is_not_known_is_nowhere(okafor, browser):
    assert browser.post(f"/trash/nothing/{okafor.pk}/restore/").status_code == 404
    assert "The trash is empty" in browser.get(TRASH, {"kind": "nothing"}).content.decode()


def test_contacts_at_an_office_are_called_with_their_partner(okafor, alice, browser):
    actions.delete_contact(actions.create_contact(okafor, name="Marta", by=alice), by=alice)
    assert "at Dr Okafor" in shown(browser)
    assert Contact.objects.get().deleted_at


def expire(*rows):
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(deleted_at=timezone.now() - timedelta(days=31))


def test_after_thirty_days_what_no_other_row_needs_is_removed_with_what_belongs_to_it(
    okafor, alice, riverside
):
    actions.create_contact(okafor, name="Marta", by=alice)
    sent_us_somebody = actions.create(name="Dr Needed", by=alice)
    factories.referral(partner=sent_us_somebody)
    fresh = actions.create(name="Dr Fresh", by=alice)
    for partner in (okafor, sent_us_somebody, fresh):
        actions.delete(partner, by=alice)
    expire(okafor, sent_us_somebody)
    assert anything_to_remove()
    assert remove_expired() == 1
    assert {partner.name for partner in Partner.objects.all()} == {"Dr Needed", "Dr Fresh"}
    assert not Contact.objects.exists()
    assert not anything_to_remove()
    assert AuditEvent.objects.get(verb="removed").subjects == [str(okafor.pk)]


def test_removing_goes_in_small_batches(okafor, alice, monkeypatch):
    monkeypatch.setattr("referralcrm.practice.actions.trash.A_BATCH", 2)
    contacts = [actions.create_contact(okafor, name=f"C{number}", by=alice) for number in range(3)]
    for contact in contacts:
        actions.delete_contact(contact, by=alice)
    expire(*contacts)
    assert [remove_expired(), remove_expired(), remove_expired()] == [2, 1, 0]


def test_each_minute_asks_and_the_work_is_left_to_a_task(okafor, alice, riverside, monkeypatch):
    nudged = []
    monkeypatch.setattr(receivers, "nudge", lambda *words: nudged.append(words))
    monkeypatch.setattr(receivers, "enter", lambda practice, durable: enter(practice))
    receivers.empty_trash(None, practice=riverside)
    assert nudged == []
    actions.delete(okafor, by=alice)
    expire(okafor)
    receivers.empty_trash(None, practice=riverside)
    assert nudged == [("practice.empty_trash", riverside.pk)]


def test_the_task_comes_again_until_nothing_is_left(okafor, alice, riverside, monkeypatch):
    nudged = []
    monkeypatch.setattr(tasks, "nudge", lambda *words: nudged.append(words))
    monkeypatch.setattr(tasks, "enter", lambda practice, durable: enter(practice))
    actions.delete(okafor, by=alice)
    expire(okafor)
    tasks.empty_trash(riverside.pk)
    assert nudged == [("practice.empty_trash", riverside.pk)] and not Partner.objects.exists()
    tasks.empty_trash(riverside.pk)
    assert len(nudged) == 1


def test_the_minute_is_listened_to():
    assert minute_passed.disconnect(receivers.empty_trash)
    minute_passed.connect(receivers.empty_trash)


def test_a_closed_day_is_removed_with_undo_and_comes_back_unless_its_place_is_taken(
    riverside, charlie, as_person
):
    browser, today = as_person(charlie), riverside.today()
    party = ClosedDay.objects.create(on=today, why="Office party")
    address = reverse("practice:retire", args=["closed-days", party.pk])
    assert f'action="{trash.undo(party)}"' in browser.post(address, follow=True).content.decode()
    assert Calendar(riverside).closed == {}
    assert "Office party" in browser.get("/trash/?kind=closed-days").content.decode()
    again = ClosedDay.objects.create(on=today, why="Again")
    assert "There is another one like this now" in said(restore(browser, party, next=TRASH))
    again.delete()
    restore(browser, party)
    assert Calendar(riverside).closed == {today: "Office party"}
