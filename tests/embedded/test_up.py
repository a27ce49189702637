"""The whole product started as a person does it, from its first minute to its last."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys

import psutil
import pytest

from referralcrm.embedded import health
from referralcrm.embedded.datadir import CHECKOUT
from referralcrm.embedded.ports import LOOPBACK

PARTS = {"postgres", "broker", "inbox", "web", "worker", "beat"}


class Run:
    """One `manage.py up`, without a terminal."""

    def __init__(self, home, port):
        self.port = port
        environment = {**os.environ, "PORT": str(port), "DATA_DIR": str(home)}
        environment["DJANGO_SETTINGS_MODULE"] = "referralcrm.settings"  # not the tests' own
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def says(self, words):
        """Read what it prints until these words come."""
        heard = ""
        for line in self.process.stdout:
            heard += line
            if words in line:
                return heard
        raise AssertionError(f"it never said {words!r}, but:\n{heard}")

    def end(self):
        rest = self.process.communicate(timeout=20)[0]
        return self.process.returncode, rest


@pytest.fixture
def port():
    with socket.create_server((LOOPBACK, 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def up(home, port):
    """``up()`` is a running product; it is stopped after the test at the latest."""
    runs = []

    def start(on=port):
        runs.append(Run(home, on))
        return runs[-1]

    yield start
    for run in runs:
        run.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(ValueError):
            run.end()


def living(home):
    """Every process that this data folder's run has started, by the name of its part."""
    notes = {path.stem for path in (home / "run").glob("*.json")}
    marked = [
        process
        for process in psutil.process_iter()
        if str(home) in " ".join(told(process.cmdline) or []) + str(told(process.environ) or "")
    ]
    return notes, marked


def told(question):
    with contextlib.suppress(psutil.Error):
        return question()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_the_product_starts_survives_a_kill_and_leaves_nothing(home, port, up):
    first = up()
    said = first.says("Ctrl-C stops it")
    assert re.search(r"Postgres, broker, inbox +\d", said)
    assert f"is ready at http://127.0.0.1:{port} " in said
    assert health.complaint(port) == ""
    assert re.search(r"Practice manager +\S+@\S+", said)

    code, said = up().end()
    assert code == 1
    assert f"already running at http://127.0.0.1:{port} (pid {first.process.pid})" in said

    first.process.kill()
    second = up()
    said = second.says("Ctrl-C stops it")
    assert "stopped what an earlier run left: beat, broker, inbox, postgres, web, worker" in said
    assert f"is ready at http://127.0.0.1:{port} " in said
    assert living(home)[0] == PARTS

    second.process.send_signal(signal.SIGINT)
    code, said = second.end()
    assert (code, said.strip().splitlines()[-1]) == (130, "Stopped; nothing is left running.")
    assert "Traceback" not in said
    assert living(home) == (set(), [])


def test_a_taken_port_is_named_in_one_line(home, port, up):
    with socket.create_server((LOOPBACK, port)):
        code, said = up().end()
    assert code == 1
    assert f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}" in said


def test_a_signal_while_it_starts_stops_it_quietly(home, up):
    run = up()
    run.says("data in")
    run.process.send_signal(signal.SIGTERM)
    code, said = run.end()
    assert (code, "Traceback" in said) == (0, False)
    assert living(home) == (set(), [])


def test_half_a_database_is_refused(home, up, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://app:secret@127.0.0.1:1/elsewhere")
    code, said = up().end()
    assert code == 1
    assert "DATABASE_URL and OWNER_DATABASE_URL are given together or not at all." in said


@pytest.mark.parametrize("port", ["0", "70000", "abc"])
def test_a_port_that_is_none_is_refused(home, port):
    code, said = Run(home, port).end()
    assert code == 1
    assert "PORT is a number from 1 to 65535" in said
