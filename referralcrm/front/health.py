"""Is the automatic work alive? Asked by /healthz, by the frame of every page and by its own page."""

from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from outreach.models import Heartbeat, Message
from outreach.states import NEEDS_ANSWER, MessageState

SILENT = timedelta(minutes=3)
LATE = timedelta(minutes=15)
PARTS = {"worker": "The worker that sends mail", "beat": "The beat that wakes the worker"}


def complaints() -> list[str]:
    """What is wrong with database, broker, worker and beat, in plain words; empty when all is well."""
    try:
        beats = dict(Heartbeat.objects.values_list("name", "at"))
    except DatabaseError:
        return ["The database does not answer.", *_broker()]
    return [*_broker(), *silent(beats, timezone.now())]


def messages_by_state() -> list[dict]:
    """How many messages are in each state: ``state``, ``label``, ``count``, ``late`` and ``needs_answer``."""
    late = Q(state=MessageState.PENDING, due_at__lt=timezone.now() - LATE, rule__is_active=True)
    rows = (
        Message.objects.order_by()
        .values("state")
        .annotate(count=Count("*"), late=Count("state", filter=late))
    )
    found = {row["state"]: row for row in rows}
    return [
        {"count": 0, "late": 0}
        | found.get(state, {})
        | {"state": state, "label": state.label, "needs_answer": state in NEEDS_ANSWER}
        for state in MessageState
    ]


def silent(beats: dict, now) -> list[str]:
    """A sentence for each part whose last heartbeat is older than 3 minutes or than this start."""
    oldest = max(filter(None, [now - SILENT, settings.STARTED_AT]))
    return [
        _silence(who, beats.get(name), now)
        for name, who in PARTS.items()
        if not beats.get(name) or beats[name] < oldest
    ]


def _silence(who, last, now):
    if last is None or settings.STARTED_AT and last < settings.STARTED_AT:
        return f"{who} has not been heard of since the start."
    minutes = (now - last) // timedelta(minutes=1)
    return f"{who} has been silent for {minutes} minutes."


def _broker():
    try:
        with current_app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except (OperationalError, OSError):
        return ["The broker does not answer."]
    return []
