"""Somebody leaves: access ends at once, and their work finds an heir in the same step."""

import pytest
from django.urls import reverse

from outreach.models import Task
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.practice.actions import people
from referralcrm.practice.signals import owned_by
from referralcrm.practice.states import Role
from tests import factories


@pytest.fixture
def work(alice, bob, charlie):
    """What Bob looks after: two partners, one as backup, a task and a patient's referral."""
    own = factories.partner("Dr Own", owner=bob, backup=charlie)
    other = factories.partner("Dr Other", owner=alice, backup=bob)
    task = Task.objects.create(title="Call Dr Own", owner=bob, partner=own, due_on="2026-11-20")
    referral = factories.referral(partner=own, clinician=bob)
    return own, other, task, referral


def reload(*rows):
    for row in rows:
        row.refresh_from_db()


def test_the_page_lists_what_a_person_looks_after(work, bob, charlie, as_person):
    page = as_person(charlie).get(reverse("practice:deactivate", args=[bob.pk])).content.decode()
    for told in ["partners, as owner or backup", "open tasks", "open referrals", "Dr Own", "Call Dr Own"]:
        assert told in page
    assert "Kim Moreau" not in page


def test_one_step_ends_access_and_hands_everything_over(work, alice, bob, charlie, as_person):
    bobs = as_person(bob)
    assert bobs.get("/").status_code == 200
    as_person(charlie).post(reverse("practice:deactivate", args=[bob.pk]), {"heir": alice.pk})
    own, other, task, referral = work
    reload(own, other, task, referral, bob)
    assert (own.owner, own.backup) == (alice, charlie)
    assert (other.owner, other.backup) == (alice, None)
    assert task.owner == alice
    assert referral.clinician is None, "Alice treats no patients"
    assert not bob.is_active
    assert bobs.get("/").status_code == 302
    assert owned_by(bob) == []


def test_open_referrals_go_to_an_heir_who_treats_patients(work, bob, charlie):
    dora = factories.person("Dora Diaz", role=Role.CLINICIAN, sees_patients=True)
    people.deactivate(bob, heir=dora, by=charlie)
    reload(work[3])
    assert work[3].clinician == dora


def test_the_hand_over_is_noted_row_by_row(work, alice, bob, charlie):
    people.deactivate(bob, heir=alice, by=charlie)
    handed = {event.subject_type: event for event in AuditEvent.objects.filter(verb="handed over")}
    assert set(handed) == {"partner", "task", "referral"}
    assert handed["task"].subjects == [str(work[2].pk)]
    assert handed["task"].actor_id == charlie.pk
    assert AuditEvent.objects.get(verb="deactivated").note == "handed over to Alice Adams"


def test_without_an_heir_nothing_happens(work, bob, charlie, as_person):
    response = as_person(charlie).post(reverse("practice:deactivate", args=[bob.pk]), {})
    assert response.status_code == 200
    assert response.context["form"].errors["heir"]
    with pytest.raises(Refused, match="Choose who takes over"):
        people.deactivate(bob, heir=None, by=charlie)
    bob.refresh_from_db()
    assert bob.is_active


def test_who_owns_nothing_leaves_without_an_heir(alice, charlie, as_person):
    as_person(charlie).post(reverse("practice:deactivate", args=[alice.pk]))
    alice.refresh_from_db()
    assert not alice.is_active


def test_an_heir_works_here_and_may_log(work, bob, charlie, northgate):
    stranger = factories.person("Nina Nolan", practice=northgate)
    auditor = factories.person("Otto Olsen", role=Role.AUDITOR)
    for heir in [stranger, auditor, bob]:
        with pytest.raises(Refused):
            people.deactivate(bob, heir=heir, by=charlie)


def test_nobody_ends_their_own_access(charlie):
    with pytest.raises(Refused, match="their own access"):
        people.deactivate(charlie, heir=None, by=charlie)


def test_the_last_one_who_manages_people_stays(alice, charlie):
    with pytest.raises(Refused, match="manage people"):
        people.deactivate(charlie, heir=None, by=alice)
    with pytest.raises(Refused, match="manage people"):
        people.update(charlie, version=1, by=alice, role=Role.STAFF)


def test_a_person_who_comes_back_can_sign_in_again(alice, charlie, as_person):
    people.deactivate(alice, heir=None, by=charlie)
    as_person(charlie).post(reverse("practice:reactivate", args=[alice.pk]))
    alice.refresh_from_db()
    assert alice.is_active
