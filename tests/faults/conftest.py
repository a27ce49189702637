"""Real processes: workers that are killed, stopped or cut off, a broker and a mail server of our own."""

import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from outreach.models import Message
from outreach.tasks import send, sweep
from referralcrm.embedded.place import find_place
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from tests import factories
from tests.committed import LOOPBACK, Committed, answers, free_port, wait_until
from tests.mailserver import MailServer

LEASE = 1  # second
WORKER = "celery -A tests.faults.worker worker --without-mingle --without-gossip --without-heartbeat"


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/faults/" in item.nodeid:
            item.add_marker(pytest.mark.faults)


class Broker:
    """A broker that forgets everything when it is stopped."""

    def __init__(self):
        self.port = free_port()
        self.url = f"redis://{LOOPBACK}:{self.port}/0"
        self.client = Celery(broker=self.url, set_as_current=False)
        self.client.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        self.process = None

    def start(self):
        command = [find_place().valkey, "--port", str(self.port), "--save", "", "--bind", LOOPBACK]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        wait_until(lambda: answers(self.port), what="The broker's start")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def waiting(self) -> int:
        """How many orders no worker has taken yet."""
        with redis.Redis.from_url(self.url) as client:
            return client.llen("celery")

    def order(self, task, *args, **kwargs):
        self.client.send_task(task, args=[str(value) for value in args], kwargs=kwargs)


@dataclass
class House:
    """A database, a broker and a mail server, on which workers are started."""

    committed: Committed
    broker: Broker
    server: MailServer
    plan: Path

    @contextmanager
    def worker(self, name="worker", *, concurrency=1):
        environment = {
            "REDIS_URL": self.broker.url,
            "SMTP_URL": self.server.url,
            "LEASE_SECONDS": str(LEASE),
            "FAULT_FILE": str(self.plan),
        }
        command = [*WORKER.split(), "--concurrency", str(concurrency), "-n", f"{name}@here"]
        with self.committed.process(name, *command, **environment) as process:
            yield process


@dataclass
class Clinic:
    """One practice in the house, whose messages are counted against the mail server's own log."""

    house: House
    practice: Practice
    notes: list = field(default_factory=list)

    def write(self, count):
        """Notes that are due now, whatever the hour of the test."""
        with enter(self.practice):
            self.notes += [factories.message(ignore_quiet_hours=True) for _ in range(count)]

    def work(self):
        """Wake the worker up for this practice."""
        self.house.broker.order("outreach.sweep", self.practice.pk)

    def plan(self, point, how):
        """The worker meets with an accident at the next ``point`` it passes."""
        self.house.plan.with_suffix(".pid").unlink(missing_ok=True)
        self.house.plan.write_text(f"{point},{how}")

    def victim(self) -> int:
        """The process id of the worker that met with the accident, once it did."""
        note = self.house.plan.with_suffix(".pid")
        wait_until(note.exists, what="The accident")
        return int(note.read_text())

    def taken(self):
        """The notes that the mail server has taken, in order."""
        ours = {str(note.pk) for note in self.notes}
        return [pk for pk in self.house.server.ids() if pk in ours]

    def states(self):
        with enter(self.practice):
            return sorted(Message.objects.values_list("state", flat=True))

    def sweep_until_quiet(self):
        """What the minute's tick does, again and again until nothing is left to do."""
        deadline = time.monotonic() + 20
        while set(self.states()) & {"pending", "claimed", "dispatching"}:
            assert time.monotonic() < deadline, self.states()
            with enter(self.practice):  # what was put off is due by now
                Message.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(hours=1))
            sweep(self.practice.pk)
            send(self.practice.pk)
            time.sleep(0.1)

    def is_finished(self):
        """Whether all has left; asks the worker again when not."""
        self.work()
        time.sleep(0.2)
        return set(self.states()) == {"sent"}

    def wait_for(self, *states):
        wait_until(lambda: self.states() == sorted(states), what=f"{states}")

    def count(self):
        """D, L, Q: taken twice, vanished, may not have arrived."""
        taken = self.taken()
        with enter(self.practice):
            rows = {str(pk): state for pk, state in Message.objects.values_list("pk", "state")}
        vanished = [pk for pk, state in rows.items() if state == "sent" and pk not in taken]
        waiting = [pk for pk, state in rows.items() if state in {"pending", "claimed", "dispatching"}]
        return len(taken) - len(set(taken)), len(vanished + waiting), list(rows.values()).count("in_doubt")


@pytest.fixture(scope="module")
def broker():
    broker = Broker()
    broker.start()
    yield broker
    broker.client.close()
    broker.stop()


@pytest.fixture(scope="module")
def mail_server():
    with MailServer().running() as server, override_settings(SMTP_URL=server.url, LEASE_SECONDS=LEASE):
        yield server


@pytest.fixture(scope="module")
def house(committed_module, broker, mail_server, tmp_path_factory):
    return House(committed_module, broker, mail_server, tmp_path_factory.mktemp("faults") / "plan")


@pytest.fixture
def clinic(house):
    """A new practice; nothing is planned for the worker, and the mail server says yes to everything."""
    house.plan.unlink(missing_ok=True)
    house.server.script.clear()
    return Clinic(house, factories.practice())


@pytest.fixture(scope="module")
def worker(house):
    with house.worker(concurrency=2) as process:
        yield process


def is_stopped(pid) -> bool:
    """Whether the process was halted by SIGSTOP."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
