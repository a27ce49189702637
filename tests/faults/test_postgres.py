"""Postgres itself is killed in the middle of a batch, and comes back."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import environ
import pytest
from django.conf import settings
from django.db import connections

from referralcrm.embedded import services
from referralcrm.embedded.parts import Parts
from tests import factories
from tests.committed import ALIASES, Committed, wait_until
from tests.faults.conftest import Clinic, House
from tests.services import discard


class Cluster:
    """A Postgres of the test's own, which it may kill."""

    def start(self):
        self.parts = Parts()
        services.start(self.parts, wanted=("Postgres",))

    def crash(self):
        [part] = [part for part in self.parts.running if part.name == "postgres"]
        os.kill(part.process.pid, signal.SIGKILL)
        part.process.wait()
        self.parts.stop()


@pytest.fixture
def cluster(django_db_setup, django_db_blocker, monkeypatch):
    """A migrated Postgres in a folder of its own, to which this process is connected."""
    above = Path(tempfile.mkdtemp(prefix="referralcrm ")).resolve()
    above.chmod(0o755)
    monkeypatch.setenv("DATA_DIR", str(above / "data"))
    for name in ALIASES.values():
        monkeypatch.delenv(name)
    cluster = Cluster()
    cluster.start()
    for name, url in services.environment().items():
        if name in ALIASES.values():
            monkeypatch.setenv(name, url)
    with django_db_blocker.unblock(), connected(monkeypatch):
        yield cluster
    cluster.parts.stop()
    discard()


@pytest.fixture
def clinic(cluster, broker, mail_server, tmp_path, monkeypatch):
    environment = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(settings.BASE_DIR)}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=settings.BASE_DIR)
    committed = Committed("restarted", os.environ | environment)
    return Clinic(House(committed, broker, mail_server, tmp_path / "plan"), factories.practice())


def connected(monkeypatch):
    """Point both aliases at the addresses in the environment for the length of the block."""
    stack = ExitStack()
    for alias, name in ALIASES.items():
        connections[alias].close()
        for key, value in environ.Env().db_url(name).items():
            if key in {"NAME", "USER", "PASSWORD", "HOST", "PORT"}:
                monkeypatch.setitem(connections[alias].settings_dict, key, value)
        stack.callback(connections[alias].close)
    return stack


def test_a_restart_of_postgres_in_the_middle_of_a_batch_costs_only_time(clinic, cluster):
    clinic.write(8)
    clinic.house.server.script["body"] = ["slow 250 kept"] * 8
    with clinic.house.worker():
        clinic.work()
        wait_until(lambda: len(clinic.taken()) >= 2, seconds=20, what="The first letters")
        cluster.crash()
        for alias in ALIASES:
            connections[alias].close()
        cluster.start()
        clinic.sweep_until_quiet()
    assert clinic.count() == (0, 0, 0)
    assert clinic.states() == ["sent"] * 8
