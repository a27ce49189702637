"""Leaving the demo: all of it goes, the rest stays, and one's own practice stands there."""

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.test import RequestFactory
from django.urls import reverse
from django_scopes import scopes_disabled

from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.demo import removal
from referralcrm.demo.load import FEWEST_PARTNERS, FEWEST_REFERRALS, load
from referralcrm.practice.models import Location, Practice, PracticeOwned, User
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories

START = reverse("demo:start")
ANSWERS = {
    "name": "Hilltop Physio",
    "country": "IE",
    "time_zone": "Europe/Dublin",
    "manager_name": "Dora Diaz",
    "email": "dora@hilltop.example",
    "password": "a boat below the old bridge",
}
OWNED = [model for model in apps.get_models() if issubclass(model, PracticeOwned)]


def rows(practice):
    """How many rows each table holds of a practice, as its own people see them."""
    with enter(practice), scopes_disabled():
        return {model._meta.label: model.objects.filter(practice_id=practice.pk).count() for model in OWNED}


@pytest.fixture
def demo(db):
    return load(partners=FEWEST_PARTNERS, referrals=FEWEST_REFERRALS)


@pytest.fixture
def manager(demo, as_person):
    return as_person(User.objects.get(practice=demo, role=Role.MANAGER))


def test_the_demo_goes_whole_and_another_practice_keeps_everything(demo, manager, northgate):
    with enter(northgate):
        factories.referral()
        factories.person("Nina Nolan")
    before = rows(northgate)
    assert manager.post(START, ANSWERS)["Location"] == reverse("exchange:imports")
    assert rows(demo) == dict.fromkeys(rows(demo), 0)
    assert not Practice.objects.filter(pk=demo.pk).exists()
    assert not User.objects.filter(practice_id=demo.pk).exists()
    assert rows(northgate) == before
    assert User.objects.filter(practice=northgate).count() == 1


def test_the_new_practice_is_ready_and_its_manager_signed_in(manager):
    page = manager.post(START, ANSWERS, follow=True)
    assert page.status_code == 200
    assert "Hilltop Physio is yours" in page.content.decode()
    dora = User.objects.select_related("practice").get(email="dora@hilltop.example")
    assert (dora.role, dora.practice.country, dora.practice.is_demo) == (Role.MANAGER, "IE", False)
    with enter(dora.practice):
        assert Location.objects.get().name == "Hilltop Physio"
        verbs = set(AuditEvent.objects.values_list("verb", flat=True))
        assert verbs == {"founded", "removed the demo practice"}


def test_the_manager_can_sign_in_again(manager):
    manager.post(START, ANSWERS)
    request = RequestFactory().post(reverse("practice:sign_in"))
    assert authenticate(request, email=ANSWERS["email"], password=ANSWERS["password"])


def test_what_the_demo_did_stays_in_the_audit_log(demo, manager):
    with enter(demo):
        before = AuditEvent.objects.count()
    manager.post(START, ANSWERS)
    with enter(demo):
        assert AuditEvent.objects.count() == before > 0


def test_a_second_click_finds_the_demo_gone_and_founds_nothing_more(demo, manager):
    removal.start_with_own_data(demo, **ANSWERS)
    with pytest.raises(Refused, match="gone already"):
        removal.start_with_own_data(demo, **ANSWERS | {"email": "other@hilltop.example"})
    assert Practice.objects.count() == 1
    assert manager.post(START, ANSWERS).status_code == 403, "the demo's people are signed out"


def test_when_founding_fails_the_demo_is_still_there(demo, manager, northgate):
    factories.person("Nina Nolan", practice=northgate, email=ANSWERS["email"])
    before = rows(demo)
    response = manager.post(START, ANSWERS)
    assert response.status_code == 200
    assert "already signs in with this e-mail" in response.content.decode()
    assert rows(demo) == before


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short"}, {"country": "XX"}, {"time_zone": "Mars/Base"}, {"email": "dora"}, {"name": ""}],
)
def test_a_wrong_answer_removes_nothing_and_keeps_the_typing(wrong, demo, manager):
    response = manager.post(START, ANSWERS | wrong)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert "Dora Diaz" in response.content.decode()
    assert Practice.objects.filter(pk=demo.pk).exists()


def test_a_real_practice_is_never_removed(riverside, charlie, as_person):
    assert as_person(charlie).post(START, ANSWERS).status_code == 404
    with pytest.raises(Refused):
        removal.remove(riverside)
    assert Practice.objects.filter(pk=riverside.pk).exists()


def test_the_way_out_stands_on_every_page_of_the_demo(manager):
    assert START in manager.get(reverse("front:today")).content.decode()
