"""Databases whose rows really commit, and the product's processes running on them.

``committed`` is for one test, ``committed_module`` for all tests of a module: a copy of the migrated test
database, dropped afterwards, to which this process and every ``Process`` started from it are connected as
the application role. Enter a practice to make rows:

    def test_it_leaves(committed):
        practice = factories.practice()
        with enter(practice): …            # commits when the block ends
        with committed.process("worker", *WORKER): …
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import OperationalError, connections
from psycopg2 import sql

ALIASES = {"default": "DATABASE_URL", "owner": "OWNER_DATABASE_URL"}
LOOPBACK = "127.0.0.1"
WEB = [
    "gunicorn",
    "referralcrm.wsgi:application",
    "--worker-class",
    "gthread",
    "--threads",
    "4",
    "--no-control-socket",
    "--access-logfile",  # in its longest form, with query and referrer: a test looks for secrets in it
    "-",
]


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    """Whether somebody listens on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((LOOPBACK, port)) == 0


def wait_until(condition, *, seconds=60, what="it"):
    """Poll until ``condition()`` is true and return what it gave. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise TimeoutError(f"{what} did not happen within {seconds} s")


@dataclass
class Committed:
    """A database of its own; ``environment`` is what processes on it are started with."""

    name: str
    environment: dict[str, str] = field(default_factory=dict)

    def log(self, name) -> str:
        """What a process of this name has written so far."""
        return self._log(name).read_text()

    def _log(self, name):
        return Path(os.environ["DATA_DIR"], f"{self.name}-{name}.log")

    @contextmanager
    def process(self, name, *command, **environment):
        """Run a program of the environment (``python -m name …``), killed hard at the end of the block."""
        with self._log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    @contextmanager
    def web(self, **environment):
        """The web server on a free port; yields its address."""
        port = free_port()
        environment |= {"PORT": str(port), "SITE_URL": f"http://{LOOPBACK}:{port}"}
        with self.process("web", *WEB, "--bind", f"{LOOPBACK}:{port}", **environment):
            wait_until(lambda: answers(port), what="The web server's start")
            yield f"http://{LOOPBACK}:{port}"


def keep_template() -> None:
    """Copy the migrated test database, still empty, to one that nobody connects to: what is cloned."""
    connections.close_all()
    _on_server("DROP DATABASE IF EXISTS {}", template_name())
    _on_server("CREATE DATABASE {} TEMPLATE {}", template_name(), connections["owner"].settings_dict["NAME"])


def template_name() -> str:
    """One a worker of pytest-xdist, beside its test database."""
    return f"{connections['owner'].settings_dict['TEST']['NAME'] or 'test'}_template"


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), _clone(template_name()) as clone:
        yield clone


@pytest.fixture(scope="module")
def committed_module(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), _clone(template_name()) as clone:
        yield clone


@contextmanager
def _clone(template):
    name = f"{template}_{secrets.token_hex(4)}"
    _on_server("CREATE DATABASE {} TEMPLATE {}", name, template)
    try:
        with _connected_to(name):
            yield Committed(name, _environment(name))
    finally:
        wait_until(lambda: _dropped(name), what="The last connection's end")


@contextmanager
def _connected_to(name):
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    try:
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        yield
    finally:
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = before[alias]


def _environment(name):
    """This process's environment with the databases' addresses pointing at the copy."""
    addresses = {
        variable: urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}"))
        for variable in ALIASES.values()
    }
    return (
        os.environ
        | addresses
        | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(settings.BASE_DIR)}
    )


def _dropped(name):
    """Drop the copy, unless a process that was just killed still has its connection open."""
    try:
        _on_server("DROP DATABASE {}", name)
    except OperationalError:
        return False
    return True


def _on_server(statement, *names):
    """Run a statement about whole databases, as their owner, outside of any transaction."""
    with connections["owner"]._nodb_cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
