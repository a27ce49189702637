"""Practices that were founded before there were conditions get them by the upgrade."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connections
from django_scopes import scopes_disabled

from partners.models import Condition, Discipline
from partners.states import CONDITIONS
from referralcrm.practice.scope import enter
from tests import factories

seed = import_module("partners.migrations.0015_seed_conditions").seed


class Editor:
    """What a migration knows of the database it runs on."""

    connection = connections["owner"]


@pytest.fixture
def two(committed):
    """A practice without conditions, and one with a list of its own."""
    old, own = factories.practice("Old Physio"), factories.practice("Own Physio")
    with enter(old):
        Condition.objects.all().delete()
        Discipline.objects.filter(name="Podiatry").delete()
    with enter(own):
        Condition.objects.all().delete()
        Condition.objects.create(name="Only this", is_active=False)
    return old, own


def names(practice):
    with enter(practice):
        return set(Condition.objects.values_list("name", flat=True))


def upgrade():
    with scopes_disabled():
        seed(apps, Editor)


def test_who_has_none_gets_them_once_and_who_has_any_keeps_theirs(two):
    old, own = two
    for _ in range(2):
        upgrade()
    assert (names(old), names(own)) == (set(CONDITIONS), {"Only this"})
    with enter(old):
        assert Condition.objects.count() == len(CONDITIONS)
        foot, physio = Condition.objects.get(name="Foot pain"), Discipline.objects.get(name="Orthopaedics")
        assert foot.disciplines == [physio.pk], "a discipline they do without is left out"
