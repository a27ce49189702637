"""What work costs: time on the wall, and processor time, which a busy machine distorts less."""

import os
import resource
import time
from pathlib import Path
from typing import NamedTuple, Self

from django.db import connections

TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """Seconds on the wall, of this process and of the Postgres that serves it."""

    wall: float
    python: float
    postgres: float

    @classmethod
    def of(cls, work, *, using="default") -> Self:
        """What ``work()`` takes; ``using`` is the connection it works on."""
        before = _now(using)
        work()
        return cls(*[after - begun for begun, after in zip(before, _now(using), strict=True)])

    def __add__(self, other):
        return Cost(*map(sum, zip(self, other, strict=True)))

    def told(self, rows) -> str:
        here, there = (1e6 * spent / rows for spent in (self.python, self.postgres))
        return f"{rows / self.wall:9,.0f} rows/s, {here:5.1f} µs Python and {there:5.1f} µs Postgres a row"


def _now(using):
    connection = connections[using]
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rpartition(")")[2]
    here = resource.getrusage(resource.RUSAGE_SELF)
    there = sum(map(int, server.split()[11:13])) / TICKS  # utime and stime, proc(5)
    return time.perf_counter(), here.ru_utime + here.ru_stime, there
