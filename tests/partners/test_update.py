from django.urls import reverse

from partners import actions
from partners.models import Affiliation
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.models import Plan
from tests import factories
from tests.partners.test_create import CREATE


def address(partner):
    return reverse("partners:update", args=[partner.pk])


def test_a_change_is_saved_and_audited_by_the_names_of_its_fields(alice, as_person):
    partner = factories.partner(email="")
    response = as_person(alice).post(address(partner), CREATE | {"version": 1, "goal": "Shared clinic"})
    partner.refresh_from_db()
    assert response.status_code == 302
    assert (partner.goal, partner.version) == ("Shared clinic", 2)
    assert AuditEvent.objects.get(verb="changed").changed == ["goal", "stage"]


def test_who_saves_second_loses_no_typing_and_sees_what_stands(alice, bob, as_person):
    partner = factories.partner(email="")
    actions.update(partner, version=1, by=bob, goal="From Bob", is_person=True)
    client = as_person(alice)
    response = client.post(address(partner), CREATE | {"version": 1, "goal": "From Alice"})
    page = response.content.decode()
    assert "From Alice" in page
    assert "It now says: From Bob" in page
    partner.refresh_from_db()
    assert partner.goal == "From Bob"
    again = client.post(address(partner), CREATE | {"version": 2, "goal": "From Alice"})
    partner.refresh_from_db()
    assert (again.status_code, partner.goal) == (302, "From Alice")


def test_what_was_not_touched_here_stays_as_the_other_saved_it(alice, bob, as_person):
    partner = factories.partner(email="", notes="Old notes")
    plan = Plan.objects.create(name="Public insurance")
    theirs = {"goal": "From Bob", "telehealth": True, "plans": [plan], "tags": ["knees", "hips"]}
    actions.update(partner, version=1, by=bob, is_person=True, **theirs)
    client, typed = as_person(alice), CREATE | {"version": 1, "goal": "", "notes": "From Alice"}
    form = client.post(address(partner), typed | {"changed": "notes"}).context["form"]
    assert form.errors["notes"] == ["It now says: Old notes"] and set(form.errors) == {"__all__", "notes"}
    shown = {name: form[name].value() for name in ("goal", "telehealth", "plans", "tags", "notes")}
    assert shown == {
        "goal": "From Bob",
        "telehealth": True,
        "plans": [plan.pk],
        "tags": "knees, hips",
        "notes": "From Alice",
    }
    client.post(address(partner), typed | {"changed": "notes", "version": 2} | as_sent(shown))
    partner.refresh_from_db()
    assert (partner.goal, partner.telehealth, partner.tags) == ("From Bob", True, ["knees", "hips"])
    assert (partner.notes, partner.plans.get()) == ("From Alice", plan)


def as_sent(shown):
    return {name: value for name, value in shown.items() if value is not False}


def test_a_form_without_its_version_is_never_the_newest(alice, as_person):
    partner = factories.partner(email="", goal="Theirs")
    response = as_person(alice).post(address(partner), CREATE | {"goal": "Mine"})
    assert "It now says: Theirs" in response.content.decode()


def test_a_new_office_ends_the_old_affiliation_today(riverside, alice):
    partner = actions.create(name="Dr Lind", office="Northgate Surgery", by=alice)
    actions.update(partner, version=1, by=alice, office="Harbour Walk-in")
    old, new = Affiliation.objects.order_by("since", "id")[::-1]
    assert (old.organisation.name, old.until) == ("Northgate Surgery", riverside.today())
    assert (new.organisation.name, new.since, new.until) == ("Harbour Walk-in", riverside.today(), None)


def test_an_unchanged_form_leaves_office_and_version_alone(riverside, alice, as_person):
    partner = actions.create(name="Dr Lind", office="Northgate Surgery", by=alice)
    client = as_person(alice)
    form = client.get(address(partner)).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    client.post(address(partner), {name: value for name, value in sent.items() if value not in (None, [])})
    partner.refresh_from_db()
    assert partner.version == 1
    assert not AuditEvent.objects.filter(verb="changed").exists()


def test_a_renamed_organisation_keeps_its_one_office(alice):
    gym = actions.create(name="Harbour Gym", is_person=False, by=alice)
    actions.update(gym, version=1, by=alice, name="Harbour Fitness")
    gym.refresh_from_db()
    assert gym.organisation.name == gym.name == "Harbour Fitness"


def test_fields_that_the_form_does_not_show_are_ignored(alice, as_person, northgate):
    partner = factories.partner(email="")
    extra = {"version": 1, "practice": northgate.pk, "email_opted_out_at": "2026-01-01", "ending": "died"}
    as_person(alice).post(address(partner), CREATE | extra)
    partner.refresh_from_db()
    assert (partner.practice_id, partner.email_opted_out_at, partner.ending) == (alice.practice_id, None, "")


def test_a_next_step_that_is_done_leaves_the_plan_and_stays_in_the_history(riverside, alice, as_person):
    partner = factories.partner(next_step="Call about the ward", next_step_on=riverside.today())
    client, done = as_person(alice), reverse("partners:finish_next_step", args=[partner.pk])
    page = reverse("partners:detail", args=[partner.pk])
    response = client.post(done, {"next": page}, follow=True)
    partner.refresh_from_db()
    assert (partner.next_step, partner.next_step_on) == ("", None)
    assert response.redirect_chain == [(page, 302)]
    assert "Done: Call about the ward" in response.content.decode()
    assert [moment.text for moment in response.context["stretch"].moments] == [
        "Call about the ward · Alice Adams"
    ]
    assert "There is no next step" in client.post(done, follow=True).content.decode()


def test_a_next_step_ticked_off_by_mistake_stands_again(riverside, alice, as_person):
    due = riverside.today()
    partner = factories.partner(next_step="Call about the ward", next_step_on=due)
    client = as_person(alice)
    [note] = client.post(
        reverse("partners:finish_next_step", args=[partner.pk]), {"next": "/"}, follow=True
    ).context["messages"]
    assert "ward" not in note.extra_tags
    client.post(note.extra_tags)
    partner.refresh_from_db()
    assert (partner.next_step, partner.next_step_on) == ("Call about the ward", due)
    page = client.get(reverse("partners:detail", args=[partner.pk]))
    assert not page.context["stretch"].moments
    again = client.post(note.extra_tags, follow=True).content.decode()
    assert "was changed since" in again


def test_a_next_step_planned_since_is_not_overwritten(riverside, alice, as_person):
    partner = factories.partner(next_step="Call about the ward", next_step_on=riverside.today())
    client = as_person(alice)
    client.post(reverse("partners:finish_next_step", args=[partner.pk]))
    actions.update(partner, version=2, by=alice, next_step="Send the leaflet")
    client.post(f"{reverse('partners:undo_next_step', args=[partner.pk])}?version=2")
    partner.refresh_from_db()
    assert partner.next_step == "Send the leaflet"
