"""Two practices with a named cast. ``riverside`` is entered for the whole test."""

import pytest
from django.test import Client
from django.test.utils import setup_databases

from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories
from tests.committed import keep_template


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment,
    django_db_modify_db_settings,  # a database for each worker of pytest-xdist
    django_db_blocker,
    django_db_keepdb,
    django_db_createdb,
):
    """Both connections, whichever of them the chosen tests ask for: only the owner's migrates."""
    keep = django_db_keepdb and not django_db_createdb
    with django_db_blocker.unblock():
        setup_databases(verbosity=0, interactive=False, keepdb=keep, aliases={"default", "owner"})
        keep_template()  # now, before any test has connected


@pytest.fixture
def riverside(db):
    """Riverside Physio, entered: what a test creates belongs to it."""
    practice = factories.practice("Riverside Physio")
    with enter(practice):
        yield practice


@pytest.fixture
def northgate(db):
    """Another practice in the same database, not entered."""
    return factories.practice("Northgate Dental")


@pytest.fixture
def alice(riverside):
    """Front desk."""
    return factories.person("Alice Adams", practice=riverside, role=Role.STAFF)


@pytest.fixture
def bob(riverside):
    """Clinician."""
    return factories.person("Bob Brown", practice=riverside, role=Role.CLINICIAN, sees_patients=True)


@pytest.fixture
def charlie(riverside):
    """Practice manager."""
    return factories.person("Charlie Clark", practice=riverside, role=Role.MANAGER)


@pytest.fixture
def as_person():
    """``as_person(alice)`` is a browser in which Alice is signed in."""

    def sign_in(person):
        client = Client()
        client.force_login(person, backend="referralcrm.practice.backend.PersonBackend")
        return client

    return sign_in
