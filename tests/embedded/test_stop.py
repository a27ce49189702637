"""Stopping exactly what was started: all of it, and never a stranger."""

import dataclasses
import subprocess
import sys
import time

import psutil
import pytest

from referralcrm.embedded import processes
from referralcrm.embedded.parts import AlreadyRunning, PartFailed, Parts
from referralcrm.embedded.processes import Part

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1); time.sleep(60)"


@pytest.fixture
def started(home):
    """``started(command)`` is a running part; none survives the test."""
    begun = []

    def start(*command, name="worker"):
        begun.append(Part(name, command, {"PYTHONUNBUFFERED": "1"}).start())
        return begun[-1]

    yield start
    for part in begun:
        part.identity.kill()
        part.process.wait()


def until(condition, seconds=5):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.02)
    return found


def test_the_part_of_a_killed_run_is_found_and_stopped(started):
    part = started("sleep", "60")
    assert processes.leftovers() == [part.identity]
    assert Parts().swept == ["worker"]
    assert part.process.wait(timeout=1) == -15
    assert processes.leftovers() == []


def test_a_stranger_with_a_reused_pid_is_left_alone(started):
    part = started("sleep", "60")
    dataclasses.replace(part.identity, started=part.identity.started - 60, token="another").save()
    assert Parts().swept == []
    assert part.process.poll() is None


def test_a_copied_data_folder_claims_nobody(started):
    part = started("sleep", "60")
    dataclasses.replace(part.identity, data_folder=1).save()
    assert Parts().swept == []
    assert part.process.poll() is None


def test_children_that_outlived_their_leader_are_stopped(started):
    part = started("sh", "-c", "sleep 60 & sleep 60 & wait")
    children = until(lambda: len(found := part.identity.members()) == 3 and found)
    part.process.kill()
    part.process.wait()
    assert Parts().swept == ["worker"]
    assert not [child for child in children if child.is_running() and child.status() != "zombie"]


def test_a_strangers_children_are_left_alone_though_the_number_is_the_same(started):
    part = started("sh", "-c", "sleep 60 & wait")
    until(lambda: len(part.identity.members()) == 2)
    part.process.kill()
    part.process.wait()
    stranger = dataclasses.replace(part.identity, token="another")
    assert stranger.members() == []
    assert len(part.identity.members()) == 1


def test_a_note_that_cannot_be_read_is_passed_over(home):
    (home / "run").mkdir(parents=True)
    (home / "run" / "worker.json").write_text("{")
    assert processes.leftovers() == []


def test_a_part_that_does_not_listen_is_killed(started, monkeypatch):
    monkeypatch.setitem(processes.GRACE, processes.Stage.WORK, 0.3)
    part = started(sys.executable, "-c", DEAF)
    until(lambda: part.log.read_text())
    processes.stop([part.identity])
    assert part.process.wait(timeout=1) == -9


def test_a_part_that_ends_is_named_with_its_last_words(home):
    parts = Parts()
    part = parts.start(Part("web", ["sh", "-c", "echo the reason; exit 3"]))
    with pytest.raises(PartFailed, match=r"web ended with code 3.*web\.log.*\nthe reason"):
        parts.wait(lambda: False, seconds=5, what="The end")
    parts.stop()
    assert part.log.read_text() == "the reason\n"


def test_a_part_that_does_one_thing_may_end(home):
    parts = Parts()
    part = parts.start(Part("migrate", ["echo", "done"], ends=True, answers=True))
    parts.finish(part, seconds=5)
    assert part.answer == "done\n"
    parts.stop()


def test_a_long_log_is_put_aside(home, monkeypatch):
    monkeypatch.setattr(processes, "LOG_LIMIT", 5)
    for word in ("first run", "second run"):
        Part("web", ["echo", word]).start().process.wait()
    assert (home / "log" / "web.log").read_text() == "second run\n"
    assert (home / "log" / "web.log.1").read_text() == "first run\n"


def test_the_lock_goes_with_the_process_that_held_it(home):
    script = "from referralcrm.embedded.parts import Parts; Parts(about='http://x'); print(1); input()"
    command = [sys.executable, "-uc", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(AlreadyRunning, match=rf"^http://x \(pid {other.pid}\)$"):
            Parts()
        other.kill()
    Parts().stop()


def test_no_child_inherits_the_lock(home):
    parts = Parts()
    part = parts.start(Part("web", ["sleep", "60"]))
    open_files = [file.path for file in psutil.Process(part.process.pid).open_files()]
    assert not [path for path in open_files if path.endswith("lock")]
    parts.stop()
