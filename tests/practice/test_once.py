"""A form sent twice answers once."""

from threading import Barrier, Thread

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from referralcrm.practice.models import Service, Submission
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories

KEY = "0198c1a0-0000-7000-8000-000000000001"
SERVICES = reverse("practice:list", args=["services"])


@pytest.fixture
def manager(charlie, as_person):
    return as_person(charlie)


def add(browser, name="Running clinic", key=KEY):
    return browser.post(SERVICES, {"name": name, "once": key})


def named(name):
    return Service.objects.filter(name=name).count()


def test_a_double_click_adds_one_and_answers_alike(manager):
    first, second = add(manager), add(manager)
    assert (
        (first.status_code, first["Location"]) == (second.status_code, second["Location"]) == (302, SERVICES)
    )
    assert named("Running clinic") == 1


def test_the_same_key_with_other_content_is_refused_with_a_page(manager):
    add(manager)
    response = add(manager, "Pelvic health")
    assert response.status_code == 409
    assert "already saved" in response.content.decode()
    assert named("Pelvic health") == 0


def test_the_same_key_of_another_person_is_refused(manager, as_person):
    add(manager)
    other = as_person(factories.person("Dora Diaz", role=Role.MANAGER))
    assert add(other).status_code == 409


def test_after_an_error_the_corrected_form_is_taken_with_its_key(manager):
    wrong = add(manager, "")
    assert wrong.status_code == 200
    assert f'name="once" value="{KEY}"' in wrong.content.decode()
    assert add(manager).status_code == 302
    assert named("Running clinic") == 1


def test_two_forms_add_two(manager):
    add(manager)
    add(manager, "Pelvic health", key="0198c1a0-0000-7000-8000-000000000002")
    assert Submission.objects.count() == 2


@pytest.mark.parametrize("key", ["", "nonsense", "\x00"])
def test_a_form_without_a_proper_key_is_saved_all_the_same(key, manager):
    assert add(manager, key=key).status_code == 302


def test_a_key_is_used_in_one_practice_and_free_in_another(manager, northgate, as_person):
    add(manager)
    nina = factories.person("Nina Nolan", practice=northgate, role=Role.MANAGER)
    assert as_person(nina).post(SERVICES, {"name": "Gum care", "once": KEY}).status_code == 302


def test_two_at_the_same_moment_add_one(committed):
    practice = factories.practice()
    with enter(practice):
        charlie = factories.person("Charlie Clark", role=Role.MANAGER)
    barrier, answers = Barrier(2), []

    def click():
        browser = Client()
        browser.force_login(charlie, backend="referralcrm.practice.backend.PersonBackend")
        barrier.wait()
        answers.append(add(browser).status_code)
        connections.close_all()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302, 302]
    with enter(practice):
        assert named("Running clinic") == 1
        assert Submission.objects.count() == 1
