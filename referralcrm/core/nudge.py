"""The one door to Celery."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def nudge(task_name: str, *ids) -> None:
    """Wake a worker up for these rows once the transaction has committed.

    Postgres is the queue of record: a broker that is down costs time, never a row, so its
    errors are logged and swallowed. ``ids`` are turned into strings; nothing else travels.
    """
    transaction.on_commit(lambda: _send(task_name, [str(value) for value in ids]))


def _send(task_name, ids):
    try:
        current_app.send_task(task_name, args=ids, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s: %s", task_name, type(error).__name__)
