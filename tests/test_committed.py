"""The copies of the database that other tests rely on."""

import urllib.request

from django.db import connection

from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from tests import factories


def test_rows_in_a_copy_are_committed_and_seen_by_other_connections(committed):
    with enter(factories.practice("Harbour Clinic")):
        partner = factories.partner()
    connection.close()
    with enter(Practice.objects.get()):
        assert type(partner).objects.get() == partner


def test_a_copy_starts_empty_whatever_the_last_one_held(committed):
    assert not Practice.objects.exists()


def test_the_web_server_runs_on_the_copy(committed):
    with committed.web() as address, urllib.request.urlopen(f"{address}/practice/sign-in/") as page:
        assert page.status == 200
