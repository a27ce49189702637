"""The product's Celery app, whose worker processes meet with accidents at the named points of a sending.

The file that FAULT_FILE names says ``point,how``. ``how`` is KILL (kill -9), STOP (SIGSTOP, until
somebody sends SIGCONT), DIE (kill -9 of the whole worker) or CUT (the database session ends). It
happens once: the file is replaced by ``<file>.pid``, which holds the process id.
"""

import os
import signal
from pathlib import Path

import psycopg2
from celery.signals import worker_init
from django.db import connection

from referralcrm.celery import app  # noqa: F401  (celery -A finds it here)

PLAN = Path(os.environ["FAULT_FILE"])
NOTE = PLAN.with_suffix(".pid")


def accident(name):
    if not PLAN.exists():
        return
    point, how = PLAN.read_text().split(",")
    if point != name:
        return
    PLAN.unlink()
    NOTE.with_suffix(".draft").write_text(str(os.getpid()))
    NOTE.with_suffix(".draft").rename(NOTE)
    if how == "CUT":
        cut()
    if how == "DIE":
        os.killpg(os.getpgrp(), signal.SIGKILL)
    if how in {"KILL", "STOP"}:
        os.kill(os.getpid(), getattr(signal, f"SIG{how}"))


def cut():
    """End our own database session from outside, as a restart of the server would."""
    pid = connection.connection.info.backend_pid
    with psycopg2.connect(os.environ["DATABASE_URL"]) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


@worker_init.connect
def prepare(**kwargs):
    from outreach.actions.messages import send

    send.checkpoint = accident
