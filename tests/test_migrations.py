"""An upgrade that turns out badly can be taken back."""

import pytest
from django.core.management import call_command
from django.db import connections

APPS = ["audit", "practice", "partners", "referrals", "outreach", "exchange"]
TABLES = "SELECT count(*) FROM pg_tables WHERE tablename ~ %s"
POLICIES = "SELECT count(*) FROM pg_policies"


def count(question, *values):
    with connections["owner"].cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


def ours():
    return count(TABLES, f"^({'|'.join(APPS)})_")


@pytest.mark.slow
@pytest.mark.timeout(900)  # twice a hundred migrations, on however busy a machine
def test_every_migration_goes_back_and_forth_again(committed):
    tables, policies = ours(), count(POLICIES)
    for app in ("practice", "audit"):  # whatever stands on them goes with them
        call_command("migrate", app, "zero", verbosity=0)
    assert (ours(), count(POLICIES)) == (0, 0)
    call_command("migrate", verbosity=0)
    assert (ours(), count(POLICIES)) == (tables, policies)
