"""Starting child processes so that a later run can still recognise and stop exactly them."""

import contextlib
import enum
import json
import os
import pwd
import secrets
import signal
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from .datadir import CHECKOUT, data_dir, keep, private

LOG_LIMIT = 5 * 1024 * 1024  # bytes kept of a part's log when it starts again
CLOCK_SLACK = 2  # seconds by which a start time may be read differently after a clock step
MARK = "REFERRALCRM_PART"


class Stage(enum.IntEnum):
    """What stops together, in this order: first who works, then what carries, then the store."""

    WORK = 0
    CARRY = 1
    STORE = 2


GRACE = {Stage.WORK: 5, Stage.CARRY: 2, Stage.STORE: 3}  # seconds before SIGKILL


@dataclass(frozen=True)
class Identity:
    """A started process, recognisable after the one that started it has gone."""

    name: str
    pid: int
    started: float
    token: str
    stage: int
    ask: int
    data_folder: int  # its inode: a copied data folder must not claim the original's processes

    def save(self):
        keep(f"{self.name}.json", json.dumps(asdict(self)), folder="run")

    def forget(self):
        (private("run") / f"{self.name}.json").unlink(missing_ok=True)

    def leader(self) -> psutil.Process | None:
        """The process itself, when it still runs."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if self._is_same(process) and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def members(self) -> list[psutil.Process]:
        """Every live process of its session. Those of a dead leader must carry its token."""
        led = self.leader() is not None
        found = []
        for pid in psutil.pids():
            with contextlib.suppress(psutil.Error, OSError):
                if os.getsid(pid) == self.pid:
                    process = psutil.Process(pid)
                    if process.status() != psutil.STATUS_ZOMBIE and (led or self._marks(process)):
                        found.append(process)
        return found

    def ask_to_stop(self):
        """Only the leader is asked: it brings its own children to an end. Orphans are killed."""
        if leader := self.leader():
            with contextlib.suppress(psutil.Error):
                leader.send_signal(self.ask)
        else:
            self.kill()

    def kill(self):
        for process in self.members():
            with contextlib.suppress(psutil.Error):
                process.kill()

    def _is_same(self, process):
        return abs(process.create_time() - self.started) <= CLOCK_SLACK or self._marks(process)

    def _marks(self, process):
        return process.environ().get(MARK) == self.token


@dataclass
class Part:
    """One child process: what to run, as whom, and how it is asked to stop."""

    name: str
    command: list
    environment: dict = field(default_factory=dict)
    account: pwd.struct_passwd | None = None
    stage: Stage = Stage.WORK
    ask: int = signal.SIGTERM
    given: str = ""  # what it reads on standard input
    ends: bool = False  # it does one thing and ends, instead of running on
    answers: bool = False  # keep what it prints apart from its log
    identity: Identity | None = None
    process: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return private("log") / f"{self.name}.log"

    @property
    def answer(self) -> str:
        """What a part with `answers` has printed."""
        return self.log.with_suffix(".out").read_text(errors="replace")

    def start(self) -> "Part":
        """Start it in a session of its own, away from the terminal's Ctrl-C."""
        token = secrets.token_hex(16)
        with contextlib.ExitStack() as files:
            out = log = files.enter_context(self._open_log())
            if self.answers:
                out = files.enter_context(self.log.with_suffix(".out").open("wb"))
            self.process = subprocess.Popen(
                [str(word) for word in self.command],
                stdin=subprocess.PIPE if self.given else subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                cwd="/" if self.account else CHECKOUT,
                env={**self.environment, MARK: token},
                start_new_session=True,
                **self._privileges(),
            )
        self.identity = Identity(
            name=self.name,
            pid=self.process.pid,
            started=psutil.Process(self.process.pid).create_time(),
            token=token,
            stage=self.stage,
            ask=self.ask,
            data_folder=data_dir().stat().st_ino,
        )
        self.identity.save()
        if self.given:
            with contextlib.suppress(BrokenPipeError), self.process.stdin as stdin:
                stdin.write(self.given.encode())
        return self

    def result(self) -> int | None:
        """Its exit code, or None while it runs."""
        return self.process.poll()

    def failed(self) -> bool:
        """Whether it ended although it should run on, or ended badly."""
        return self.result() is not None and not (self.ends and self.result() == 0)

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def _open_log(self):
        long = self.log.exists() and self.log.stat().st_size > LOG_LIMIT
        if long:
            self.log.replace(self.log.with_suffix(".log.1"))
        return self.log.open("ab")

    def _privileges(self):
        if not self.account:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}


def leftovers() -> list[Identity]:
    """What a killed run of this very data folder has left; its notes are read, not trusted."""
    found = []
    for path in sorted(private("run").glob("*.json")):
        with contextlib.suppress(ValueError, TypeError):
            identity = Identity(**json.loads(path.read_text()))
            if identity.data_folder == data_dir().stat().st_ino:
                found.append(identity)
    return found


def working_in(folder: Path) -> list[psutil.Process]:
    """Live processes whose current directory is this folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.cwd() == str(folder):
                found.append(process)
    return found


def stop(identities) -> None:
    """Stop these processes stage by stage, asking first; after 12 seconds none of them is left."""
    for stage in Stage:
        now = [identity for identity in identities if identity.stage == stage]
        for identity in now:
            identity.ask_to_stop()
        _wait_until_gone(now, GRACE[stage])
        for identity in now:
            identity.kill()
        _wait_until_gone(now, 0.5)
        for identity in now:
            identity.forget()


def _wait_until_gone(identities, seconds):
    deadline = time.monotonic() + seconds
    while any(identity.members() for identity in identities) and time.monotonic() < deadline:
        time.sleep(0.03)
