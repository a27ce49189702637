"""Several referrals changed at once, a step included where the table allows it, and taken back exactly."""

from datetime import timedelta

import pytest
from django.urls import reverse

from outreach.models import Message
from outreach.states import MessageState
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.models import Batch, Location, Service
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals import actions
from referrals.actions import bulk
from referrals.models import JourneyEvent, Referral
from referrals.states import Journey, Loop, Verb
from tests import factories
from tests.referrals.conftest import TUESDAY

MANY = reverse("referrals:change_many")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def rows(alice, okafor, riverside):
    """Three received and one sent, all just requested."""
    on = TUESDAY - timedelta(days=3)
    made = [
        actions.receive(by=alice, patient=factories.patient(f"Pat Number{n}"), partner=okafor, happened_on=on)
        for n in range(3)
    ]
    return [*made, actions.send(by=alice, patient=made[0].patient, partner=okafor, happened_on=on)]


def address(rows):
    return MANY + "?" + "&".join(f"referral={row.pk}" for row in rows)


def look(desk, rows, **change):
    return desk.post(address(rows), change | {"then": "look"}).context["plan"]


def carry_out(desk, rows, **change):
    seen = look(desk, rows, **change).seen
    return desk.post(address(rows), change | {"then": "change", "seen": seen})


def undo(desk):
    batch = Batch.objects.latest("at")
    return desk.post(reverse("referrals:undo_many", args=[batch.pk]), follow=True).content.decode()


def state(rows):
    """All that a change may touch, of each row."""
    found = Referral.objects.in_bulk([row.pk for row in rows])
    columns = {field.attname for field in Referral._meta.fields} - {"version"}
    return [
        (
            {name: getattr(row, name) for name in columns},
            sorted(row.events.values_list("after", "happened_on")),
            list(row.obligations.values_list("state", "due_on")),
        )
        for row in (found[each.pk] for each in rows)
    ]


def test_clinician_place_and_urgency_are_set_for_those_chosen(desk, rows, bob):
    place = Location.objects.first()
    carry_out(desk, rows[:2], clinician=str(bob.pk), location=str(place.pk), urgency="urgent")
    found = Referral.objects.in_bulk([row.pk for row in rows])
    for row in rows[:2]:
        now = found[row.pk]
        assert (now.clinician, now.location, now.urgency) == (bob, place, "urgent")
        assert now.version == row.version + 1
    assert found[rows[2].pk].clinician is None
    event = AuditEvent.objects.get(verb="changed together")
    assert set(event.subjects) == {str(row.pk) for row in rows[:2]}
    assert event.changed == ["clinician_id", "location_id", "urgency"]


def test_a_sent_referral_gets_no_service_of_ours(desk, rows):
    plan = look(desk, rows, service=str(Service.objects.first().pk))
    assert (len(plan.changes), plan.left_out["it was sent, and has no service of ours"]) == (3, [rows[3]])


def test_a_step_is_taken_only_where_the_table_allows_it(desk, rows, alice):
    actions.move(rows[0], Verb.ATTEND, by=alice)
    carry_out(desk, rows, step="accept", on="2026-11-23")
    found = [Referral.objects.get(pk=row.pk) for row in rows]
    assert [row.journey for row in found] == [Journey.ATTENDED, *[Journey.ACCEPTED] * 3]
    assert {row.accepted_on.isoformat() for row in found[1:]} == {"2026-11-23"}
    assert Batch.objects.get().number == 3


def test_why_a_step_is_not_taken_is_told(desk, rows, alice):
    actions.move(rows[0], Verb.ATTEND, by=alice)
    [why] = look(desk, rows, step="accept").left_out
    assert "“Accepted” does not apply now" in why
    early = look(desk, rows[1:], step="accept", on="2026-11-01").left_out
    assert "This is before the referral" in next(iter(early))
    assert "Say why" in desk.post(address(rows), {"step": "cancel"}).content.decode()
    assert not desk.post(address(rows), {"step": "schedule"}).context["plan"]


@pytest.mark.parametrize("verb", ["accept", "attend", "decline", "hold", "unreachable_after_all"])
def test_undo_gives_each_row_exactly_what_it_was(desk, rows, bob, verb):
    verb = "mark_unreachable" if verb == "unreachable_after_all" else verb
    before = state(rows)
    carry_out(desk, rows, step=verb, reason="No room", clinician=str(bob.pk), urgency="asap")
    assert state(rows) != before
    assert "4 are as before." in undo(desk)
    assert state(rows) == before


def test_thanks_are_taken_back_and_put_back_with_the_step(desk, rows):
    def waiting():
        return Message.objects.filter(state__in=[MessageState.PENDING, MessageState.HELD]).count()

    before = waiting()
    assert before
    carry_out(desk, rows[:3], step="decline", reason="No room")
    assert waiting() < before
    undo(desk)
    assert waiting() == before


def test_undo_leaves_and_names_what_went_on_since(desk, rows, alice, bob):
    carry_out(desk, rows[:3], step="attend", on="2026-11-23")
    first, second, third = [Referral.objects.get(pk=row.pk) for row in rows[:3]]
    actions.move(first, Verb.START_CARE, by=alice)
    actions.record_report(second.obligations.get(), by=alice)
    told = undo(desk)
    assert "1 is as before." in told and "changed since" in told and "the report was recorded since" in told
    found = [Referral.objects.get(pk=row.pk) for row in rows[:3]]
    assert [row.journey for row in found] == [Journey.IN_CARE, Journey.ATTENDED, Journey.REQUESTED]
    assert second.obligations.get().state == Loop.SENT
    assert found[2].attended_on is None


def test_the_same_page_sent_twice_takes_one_step(desk, rows):
    seen = look(desk, rows, step="accept").seen
    for _ in range(2):
        desk.post(address(rows), {"step": "accept", "then": "change", "seen": seen})
    assert JourneyEvent.objects.filter(after=Journey.ACCEPTED).count() == len(rows)


def test_what_changed_after_the_look_is_looked_at_again(desk, rows, alice):
    seen = look(desk, rows, urgency="urgent").seen
    actions.move(rows[0], Verb.ACCEPT, by=alice)
    answer = desk.post(address(rows), {"urgency": "urgent", "then": "change", "seen": seen})
    assert "Something changed after you looked" in answer.content.decode()
    assert not Referral.objects.filter(urgency="urgent").exists()


def test_all_that_match_are_meant_by_the_filters_of_the_list(desk, rows):
    page = desk.get(f"{MANY}?every=1&direction=sent")
    assert page.context["chosen"] == [rows[3]]
    assert str(rows[3].pk) not in page.content.decode()


def test_all_that_match_are_those_of_the_location_the_list_shows(desk, rows):
    there, here = Location.objects.first(), Location.objects.create(name="Hill")
    Referral.objects.filter(pk=rows[0].pk).update(location=here)
    Referral.objects.filter(pk__in=[row.pk for row in rows[1:]]).update(location=there)
    session = desk.session
    session["location"] = str(here.pk)
    session.save()
    assert desk.get(f"{MANY}?every=1").context["chosen"] == [rows[0]]
    assert len(desk.get(f"{MANY}?every=1&location=all").context["chosen"]) == 4


def test_too_many_at_once_are_refused_before_anything_is_done(desk, rows, monkeypatch):
    monkeypatch.setattr(bulk, "MOST_STEPS", 3)
    answer = desk.post(address(rows), {"step": "accept", "then": "change", "seen": "x"})
    assert "At most 3 at once when they take a step" in answer.content.decode()
    monkeypatch.setattr(bulk, "MOST", 3)
    assert "At most 3 at once." in desk.post(address(rows), {"urgency": "urgent"}).content.decode()
    assert not Batch.objects.exists()


def test_no_page_of_it_names_a_patient(desk, rows):
    html = desk.post(address(rows), {"urgency": "urgent"}).content.decode()
    assert "Pat Number" not in html and "Dr Adaeze Okafor (21 Nov 2026)" in html
    carry_out(desk, rows, step="decline", reason="Qzsecret reason")
    assert "Qzsecret" not in str(Batch.objects.values()) + desk.get(MANY).content.decode()


def test_who_may_only_look_changes_nothing(rows, as_person):
    auditor = as_person(factories.person("Olga", role=Role.AUDITOR))
    assert auditor.post(address(rows), {"urgency": "urgent"}).status_code == 403
    assert "Choose " not in auditor.get(reverse("referrals:list")).content.decode()


def test_another_practices_referrals_are_never_meant(desk, rows, northgate):
    with enter(northgate):
        theirs = factories.referral()
    assert desk.get(address([theirs])).context["chosen"] == []
