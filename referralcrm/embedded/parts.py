"""The processes of one data folder, started and stopped together by whoever holds its lock."""

import fcntl
import os
import time

from . import processes
from .datadir import private, written
from .processes import Part

POLL = 0.03  # seconds between two looks at what is being waited for


class AlreadyRunning(Exception):
    """Another live process holds the lock of this data folder; its argument says which."""


class PartFailed(Exception):
    """A part ended, or did not get ready in time; its argument is made for people."""


class NotReady(PartFailed):
    """Time was up."""


class Parts:
    """Takes the data folder's lock, stops what a killed run left, and owns what it starts."""

    def __init__(self, *, about: str = "", interrupted=lambda: None):
        """`about` tells others who holds the lock; `interrupted` may raise while waiting."""
        self.interrupted = interrupted
        self.running = []
        self._lock = _locked(about)
        self.swept = [left.name for left in processes.leftovers() if left.members()]
        processes.stop(processes.leftovers())

    def start(self, part: Part) -> Part:
        self.running.append(part.start())
        return part

    def wait(self, ready, *, seconds: float, what: str, every: float = POLL) -> None:
        """Wait until `ready()`; raises NotReady when time is up, PartFailed when a part ends."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise NotReady(f"{what} was not ready within {seconds:.0f} seconds.")
            time.sleep(every)

    def finish(self, part: Part, *, seconds: float) -> None:
        """Wait for a part that ends by itself; raises PartFailed unless it succeeds."""
        self.wait(lambda: part.result() is not None, seconds=seconds, what=part.name)
        self.running.remove(part)
        part.identity.forget()
        if part.failed():
            raise PartFailed(_obituary(part))

    def check(self) -> None:
        """Raise PartFailed for a part that ended although it should run on."""
        self.interrupted()
        for part in self.running:
            if part.failed():
                raise PartFailed(_obituary(part))

    def stop(self) -> None:
        """Stop everything that was started, and let go of the lock; a second time does nothing."""
        if self._lock is None:
            return
        processes.stop([part.identity for part in self.running])
        for part in self.running:
            part.result()
        self.running = []
        os.close(self._lock)
        self._lock = None


def _locked(about):
    lock = os.open(private("run") / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise AlreadyRunning(_note().read_text() if _note().exists() else "") from None
    written(_note(), f"{about} (pid {os.getpid()})".strip()).replace(_note())
    return lock


def _note():
    return private("run") / "holder"


def _obituary(part):
    code = part.result()
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return f"{part.name} {how}. Its log is {part.log}; the last lines:\n{part.last_lines()}"
