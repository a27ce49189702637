"""A real Postgres and broker for the tests, started before Django's settings are read.

Loaded by `-p tests.services`. With DATABASE_URL given, those servers are used and none is started;
that is also how the workers of pytest-xdist share what their controller has started.
"""

import contextlib
import os
import shutil
from urllib.parse import urlsplit, urlunsplit

import pytest

from referralcrm.embedded import services
from referralcrm.embedded.datadir import data_dir
from referralcrm.embedded.parts import AlreadyRunning, PartFailed, Parts
from referralcrm.embedded.place import elsewhere


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """Run before pytest-django, which reads the settings in this very hook."""
    if not os.environ.get("DATABASE_URL"):
        early_config.add_cleanup(_start())
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _own_queue(int(worker.removeprefix("gw")))
    return (yield)


def _own_queue(number):
    """A database of the broker for each worker of pytest-xdist: nobody takes a nudge meant for another."""
    os.environ["REDIS_URL"] = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}"))


def discard():
    """Delete the data folder and whatever it keeps elsewhere."""
    if elsewhere():
        shutil.rmtree(elsewhere())
    shutil.rmtree(data_dir())


def _start():
    """Start the services in a data folder of the tests' own; returns what stops them again."""
    home = data_dir()
    _clear_away_what_killed_runs_left(home)
    parts, remove = _locked(home)
    try:
        services.start(parts, durable=False)
    except PartFailed:
        # A cluster that does not sync its files may be lost with the machine: make another one.
        parts.stop()
        discard()
        parts = Parts()
        services.start(parts, durable=False)
    os.environ |= services.environment() | {"DATA_DIR": str(data_dir())}

    def stop():
        parts.stop()
        if remove:
            discard()

    return stop


def _locked(home):
    """The usual folder, so that the cluster is there already; one of its own beside another run."""
    os.environ["DATA_DIR"] = str(home / "test")
    try:
        return Parts(), False
    except AlreadyRunning:
        os.environ["DATA_DIR"] = str(home / f"test-{os.getpid()}")
        return Parts(), True


def _clear_away_what_killed_runs_left(home):
    for folder in home.glob("test-*"):
        os.environ["DATA_DIR"] = str(folder)
        with contextlib.suppress(AlreadyRunning):
            Parts().stop()
            discard()
