"""Several partners changed at once: seen before, carried out whole, and taken back exactly."""

import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import actions
from partners.actions import bulk
from partners.models import Partner
from partners.states import Circle, Stage
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.practice.models import Batch
from referralcrm.practice.scope import enter
from tests import factories

MANY = reverse("partners:change_many")


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def people(riverside):
    return [factories.partner(name, area="Harbour") for name in ("Ann", "Ben", "Cal")]


def address(rows):
    return MANY + "?" + "&".join(f"partner={row.pk}" for row in rows)


def look(desk, rows, **change):
    """The plan as the page shows it."""
    where = rows if isinstance(rows, str) else address(rows)
    return desk.post(where, change | {"then": "look"}).context["plan"]


def carry_out(desk, rows, **change):
    """Look, then say yes; the answer."""
    where = rows if isinstance(rows, str) else address(rows)
    seen = look(desk, where, **change).seen
    return desk.post(where, change | {"then": "change", "seen": seen})


def names(rows):
    return [row.name for row in rows]


def fresh(rows):
    return list(Partner.objects.filter(pk__in=[row.pk for row in rows]).order_by("name"))


def undo(desk, batch=None):
    batch = batch or Batch.objects.latest("at")
    return desk.post(reverse("partners:undo_many", args=[batch.pk]), follow=True)


def test_those_chosen_get_what_was_asked_for_and_nothing_else(desk, people, bob):
    change = {"owner": str(bob.pk), "circle": "light", "kind": "peer", "add_tags": "spine, Knee"}
    answer = carry_out(desk, people[:2], **change)
    assert answer.status_code == 302
    ann, ben, cal = fresh(people)
    for row in (ann, ben):
        assert (row.owner, row.circle, row.kind, row.tags) == (bob, "light", "peer", ["spine", "Knee"])
        assert (row.version, row.stage) == (2, Stage.ACTIVE)
    assert (cal.owner, cal.version, cal.tags) == (None, 1, [])


def test_one_audit_row_names_the_batch(desk, people):
    carry_out(desk, people, circle="light")
    event = AuditEvent.objects.get(verb="changed together")
    assert set(event.subjects) == {str(row.pk) for row in people}
    assert (event.subject_type, event.changed) == ("partner", ["circle"])


def test_nothing_is_changed_by_looking(desk, people):
    plan = look(desk, people, circle="light")
    assert names(row for row, _ in plan.changes) == ["Ann", "Ben", "Cal"]
    assert {row.version for row in fresh(people)} == {1} and not Batch.objects.exists()


def test_whoever_cannot_have_it_is_left_out_and_told_why(desk, people, riverside, bob):
    riverside.inner_circle_size = 2
    riverside.save()
    factories.partner("Already", circle=Circle.INNER)
    actions.end(people[1], ending="retired", on=riverside.today(), by=bob)
    dan = factories.partner("Dan", circle=Circle.INNER)
    plan = look(desk, [*people, dan], circle="inner")
    told = {why: names(rows) for why, rows in plan.left_out.items()}
    assert told == {
        bulk.FULL: ["Ann", "Cal"],
        "the relationship has ended": ["Ben"],
        "it is so already": ["Dan"],
    }
    assert not plan.changes
    riverside.inner_circle_size = 3
    riverside.save()
    plan = look(desk, [*people, dan], circle="inner")
    assert names(row for row, _ in plan.changes) == ["Ann"], "the last place, in the order of the list"


def test_nobody_backs_up_themselves(desk, people, bob):
    Partner.objects.filter(pk=people[0].pk).update(backup=bob)
    plan = look(desk, people, owner=str(bob.pk))
    assert names(row for row, _ in plan.changes) == ["Ben", "Cal"]


def test_tags_are_added_once_and_taken_away_whatever_their_case(desk):
    ann = factories.partner("Ann", tags=["Spine", "old"])
    ben = factories.partner("Ben")
    carry_out(desk, [ann, ben], add_tags="spine, new", remove_tags="OLD")
    assert [row.tags for row in fresh([ann, ben])] == [["Spine", "new"], ["spine", "new"]]
    answer = desk.post(address([ann]), {"add_tags": "x", "remove_tags": "X"})
    assert "either added or taken away" in answer.content.decode()


def test_all_that_match_are_meant_without_their_ids_in_the_page(desk, people):
    others = [factories.partner(f"Other {n}", area="Hill") for n in range(3)]
    page = desk.get(f"{MANY}?every=1&area=harb")
    assert len(page.context["chosen"]) == 3
    assert str(people[0].pk) not in page.content.decode()
    carry_out(desk, f"{MANY}?every=1&area=harb", circle="light")
    assert {row.circle for row in fresh(people)} == {"light"}
    assert {row.circle for row in fresh(others)} == {"network"}


def test_the_list_offers_all_that_match_only_where_there_are_more_than_a_page(desk, people):
    assert "that match" not in desk.get(reverse("partners:list")).content.decode()
    for number in range(30):
        factories.partner(f"More {number}", area="Hill")
    html = desk.get(reverse("partners:list") + "?area=hill&sort=-name").content.decode()
    assert "Change all 30 that match" in html and "every=1" in html


def test_what_changed_after_the_look_is_looked_at_again(desk, people, alice):
    change = {"circle": "light"}
    seen = look(desk, people, **change).seen
    actions.update(people[0], version=1, by=alice, area="Elsewhere")
    answer = desk.post(address(people), change | {"then": "change", "seen": seen})
    assert "Something changed after you looked" in answer.content.decode()
    assert {row.circle for row in fresh(people)} == {"network"}
    other = desk.post(
        address(people), {"circle": "inner", "then": "change", "seen": look(desk, people, **change).seen}
    )
    assert "Something changed" in other.content.decode(), "another change than the one looked at"


def test_a_change_sent_twice_is_carried_out_once(desk, people):
    seen = look(desk, people, circle="light").seen
    for _ in range(2):
        desk.post(address(people), {"circle": "light", "then": "change", "seen": seen})
    assert Batch.objects.count() == 1 and {row.version for row in fresh(people)} == {2}


def test_undo_gives_everybody_back_what_they_had(desk, people, bob, charlie):
    Partner.objects.filter(name="Ann").update(owner=charlie, tags=["a", "b"])
    before = [(row.owner, row.circle, row.stage, row.kind, row.tags) for row in fresh(people)]
    carry_out(desk, people, owner=str(bob.pk), stage="dormant", kind="peer", add_tags="c", remove_tags="a")
    page = undo(desk).content.decode()
    assert "3 are as before." in page
    assert [(row.owner, row.circle, row.stage, row.kind, row.tags) for row in fresh(people)] == before
    assert {row.version for row in fresh(people)} == {3}
    assert AuditEvent.objects.filter(verb="took back a change of").count() == 1


def test_undo_leaves_and_names_who_was_changed_since(desk, people, alice):
    carry_out(desk, people, circle="light")
    ben = fresh(people)[1]
    actions.update(ben, version=ben.version, by=alice, area="Elsewhere")
    page = undo(desk).content.decode()
    assert "2 are as before. Ben: changed since, and left as it is." in page
    assert [row.circle for row in fresh(people)] == ["network", "light", "network"]


def test_undo_gives_no_place_away_that_is_taken_and_no_partner_to_who_left(
    desk, people, riverside, bob, charlie
):
    riverside.inner_circle_size = 1
    riverside.save()
    Partner.objects.filter(name="Ann").update(circle=Circle.INNER)
    Partner.objects.filter(name="Ben").update(owner=bob)
    carry_out(desk, people, circle="light", owner=str(charlie.pk))
    factories.partner("Quicker", circle=Circle.INNER)
    bob.is_active = False
    bob.save()
    page = undo(desk).content.decode()
    assert "1 is as before." in page
    assert "Ann: the inner circle is full." in page and "Ben: who looked after them has left." in page


def test_undo_is_there_once_and_for_thirty_days(desk, people):
    carry_out(desk, people, circle="light")
    assert "3 changed by Alice Adams" in desk.get(MANY).content.decode()
    undo(desk)
    assert "taken back already" in undo(desk).content.decode()
    carry_out(desk, people, circle="light")
    last = Batch.objects.latest("at")
    Batch.objects.update(at=timezone.now() - timedelta(days=31))
    assert "more than 30 days ago" in undo(desk, last).content.decode()
    assert "Nothing was changed together" in desk.get(MANY).content.decode()


def test_a_change_and_its_undo_leave_each_other_alone(desk, people):
    carry_out(desk, people[:1], circle="light")
    first = Batch.objects.get()
    carry_out(desk, people, circle="inner")
    page = undo(desk, first).content.decode()
    assert "0 are as before. Ann: changed since" in page
    undo(desk, Batch.objects.latest("at"))
    assert [row.circle for row in fresh(people)] == ["light", "network", "network"]


def test_nothing_chosen_and_nothing_asked_for_are_said_calmly(desk, people):
    assert "Choose some on" in desk.get(MANY).content.decode()
    assert "Choose what is to change." in desk.post(address(people), {"then": "look"}).content.decode()
    answer = desk.post(address(people), {"circle": "network", "then": "change", "seen": "x"})
    assert "Nothing would change." in answer.content.decode()


def test_another_practices_partners_are_never_meant(desk, northgate, people):
    with enter(northgate):
        theirs = factories.partner("Theirs")
    assert not desk.get(address([theirs])).context["chosen"]
    with pytest.raises(Refused, match="Nothing"):
        bulk.change_many([theirs.pk], seen="", by=people[0], what="", circle="light")
    with enter(northgate):
        assert Partner.objects.get().version == 1


def test_two_thousand_are_changed_and_taken_back_in_seconds(riverside, alice):
    Partner.objects.bulk_create(
        Partner(name=f"P {n:05}", stage=Stage.ACTIVE, tags=[f"t{n % 40}"]) for n in range(2_000)
    )
    ids = list(Partner.objects.values_list("pk", flat=True))
    started = time.monotonic()
    rows = sorted(Partner.objects.all(), key=bulk.in_order)
    change = {"circle": "light", "add_tags": ["all"]}
    batch = bulk.change_many(ids, seen=bulk.plan(rows, **change).seen, by=alice, what="x", **change)
    middle = time.monotonic()
    assert bulk.undo_many(batch, by=alice).number == 2_000
    print(f"\n2,000 partners: changed in {middle - started:.2f} s, back in {time.monotonic() - middle:.2f} s")
