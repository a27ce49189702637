import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.actions import people
from referralcrm.practice.models import User
from referralcrm.practice.states import Role
from tests import factories

NEW = "a boat below the old bridge"


def typed(**fields):
    return {
        "name": "Dora Diaz",
        "email": "dora@clinic.example",
        "role": Role.CLINICIAN,
        "version": 1,
    } | fields


@pytest.fixture
def manager(charlie, as_person):
    return as_person(charlie)


@pytest.fixture
def dora(manager):
    manager.post(reverse("practice:add_person"), typed(sees_patients="on", credentials="PT"))
    return User.objects.get(email="dora@clinic.example")


def make_link(manager, person):
    page = manager.post(reverse("practice:sign_in_link", args=[person.pk])).content.decode()
    return re.search(r'value="http://testserver(/[^"]+)"', page).group(1)


def test_a_new_person_belongs_to_the_practice_and_cannot_sign_in_yet(dora, riverside):
    assert (dora.practice, dora.role, dora.sees_patients) == (riverside, Role.CLINICIAN, True)
    assert not dora.has_usable_password()
    assert AuditEvent.objects.filter(verb="added", subjects=[str(dora.pk)]).exists()


def test_the_link_is_handed_over_and_works_once(dora, manager):
    link = make_link(manager, dora)
    browser = Client()
    page = browser.get(link, follow=True)
    assert "At least 12 characters" in page.content.decode()
    address = page.redirect_chain[-1][0]
    assert link.split("/")[-2] not in address, "the token is out of the address before the page is shown"
    assert browser.post(address, {"new": NEW})["Location"] == reverse("practice:sign_in")
    dora.refresh_from_db()
    assert dora.check_password(NEW)
    assert Client().get(link, follow=True).status_code == 410


def test_the_link_ends_after_three_days(dora, manager):
    with time_machine.travel("2026-11-16 09:00Z", tick=False) as clock:
        link = make_link(manager, dora)
        clock.shift(timedelta(days=3))
        assert Client().get(link, follow=True).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert Client().get(link, follow=True).status_code == 410


def test_a_weak_password_is_refused_on_the_link_too(dora, manager):
    browser = Client()
    address = browser.get(make_link(manager, dora), follow=True).redirect_chain[-1][0]
    assert browser.post(address, {"new": "dora diaz"}).context["form"].errors["new"]


def test_a_link_of_somebody_who_left_is_over(dora, manager, charlie):
    link = make_link(manager, dora)
    people.deactivate(dora, heir=None, by=charlie)
    assert Client().get(link, follow=True).status_code == 410


def test_no_link_fits_another_person(dora, manager, alice):
    token = make_link(manager, dora).split("/")[-2]
    forged = reverse("practice:set_password", args=[alice.pk, token])
    assert Client().get(forged, follow=True).status_code == 410


def test_who_made_a_link_and_who_used_it_is_noted_without_the_link(dora, manager, charlie):
    browser = Client()
    link = make_link(manager, dora)
    browser.post(browser.get(link, follow=True).redirect_chain[-1][0], {"new": NEW})
    made, used = AuditEvent.objects.filter(verb__contains="link").order_by("at")
    assert (made.actor_id, used.actor_id) == (charlie.pk, dora.pk)
    assert link.split("/")[-2] not in str(AuditEvent.objects.values())


def test_an_address_signs_one_person_in_whatever_its_case(dora, manager, northgate):
    response = manager.post(reverse("practice:add_person"), typed(email="DORA@clinic.example"))
    assert "already signs in with this e-mail" in response.content.decode()
    factories.person("Nina Nolan", practice=northgate, email="nina@clinic.example")
    response = manager.post(reverse("practice:add_person"), typed(email="nina@clinic.example"))
    assert "already signs in with this e-mail" in response.content.decode()


def test_adding_the_same_form_twice_adds_one(manager):
    once = "0198c1a0-0000-7000-8000-000000000001"
    for _ in range(2):
        assert manager.post(reverse("practice:add_person"), typed(once=once)).status_code == 302
    assert User.objects.filter(email="dora@clinic.example").count() == 1


def test_a_role_changes_at_once_and_is_noted(dora, manager, as_person):
    browser = as_person(dora)
    assert browser.get(reverse("practice:people")).status_code == 403
    manager.post(reverse("practice:person", args=[dora.pk]), typed(role=Role.MANAGER, version=dora.version))
    assert browser.get(reverse("practice:people")).status_code == 200
    event = AuditEvent.objects.get(verb="changed", subject_type="user")
    assert ("role" in event.changed, event.note) == (True, "role: Practice manager")


def test_nobody_changes_their_own_role(charlie, manager):
    address = reverse("practice:person", args=[charlie.pk])
    manager.post(
        address, typed(name="Charlie Clark", email=charlie.email, role=Role.ADMINISTRATOR, version=1)
    )
    charlie.refresh_from_db()
    assert charlie.role == Role.MANAGER
    with pytest.raises(Refused, match="their own role"):
        people.update(charlie, version=charlie.version, by=charlie, role=Role.ADMINISTRATOR)


def test_extra_fields_are_ignored(dora, manager, northgate):
    extra = {"practice": northgate.pk, "is_staff": "1", "is_superuser": "1", "is_active": "", "password": "x"}
    manager.post(reverse("practice:person", args=[dora.pk]), typed(**extra, version=dora.version))
    dora.refresh_from_db()
    assert dora.practice != northgate
    assert dora.is_active
    assert not dora.has_usable_password()


def test_the_second_of_two_who_save_is_told_and_loses_no_typing(dora, manager, charlie):
    people.update(dora, version=1, by=charlie, credentials="DPT")
    response = manager.post(reverse("practice:person", args=[dora.pk]), typed(credentials="MSc"))
    page = response.content.decode()
    assert "It now says: DPT" in page
    assert 'value="MSc"' in page
    with pytest.raises(Stale):
        people.update(dora, version=1, by=charlie, credentials="MSc")


def test_days_away_come_in_order(dora, manager):
    response = manager.post(
        reverse("practice:person", args=[dora.pk]),
        typed(away_from="2026-12-10", away_to="2026-12-01", version=dora.version),
    )
    assert "The first day away is before the last" in response.content.decode()


def test_the_list_costs_the_same_however_many_there_are(manager, django_assert_max_num_queries):
    address = reverse("practice:people")
    manager.get(address)
    with django_assert_max_num_queries(12) as few:
        manager.get(address)
    for number in range(30):
        factories.person(f"Person {number}")
    with django_assert_max_num_queries(12) as many:
        manager.get(address)
    assert len(few) == len(many)
