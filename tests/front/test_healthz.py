from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from outreach.models import Heartbeat
from referralcrm.front import health


@pytest.fixture
def broker(monkeypatch):
    """A broker that answers; take its reasons away or add some."""
    reasons = []
    monkeypatch.setattr(health, "_broker", lambda: reasons)
    return reasons


def heard(*, worker=0, beat=0):
    """Heartbeats this many seconds ago; None for never."""
    for name, ago in (("worker", worker), ("beat", beat)):
        if ago is not None:
            Heartbeat.objects.create(name=name, at=timezone.now() - timedelta(seconds=ago))


def ask():
    return Client().get("/healthz")


def test_all_is_well_when_every_part_was_heard_of_lately(db):
    heard(worker=10, beat=170)
    response = ask()
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "beats, reason",
    [
        ({"worker": 181}, "The worker that sends mail has been silent for 3 minutes."),
        ({"beat": 3700}, "The beat that wakes the worker has been silent for 61 minutes."),
        ({"worker": None}, "The worker that sends mail has not been heard of since the start."),
    ],
)
def test_a_part_silent_for_three_minutes_is_named(db, broker, beats, reason):
    heard(**beats)
    response = ask()
    assert response.status_code == 503
    assert response.content.decode().startswith(reason)
    assert response.content.decode().count("\n") == 1


def test_heartbeats_of_an_earlier_start_do_not_count(db, broker, settings):
    heard(worker=20, beat=20)
    settings.STARTED_AT = timezone.now() - timedelta(seconds=5)
    assert ask().status_code == 503


def test_a_broker_that_is_away_is_named(db, monkeypatch):
    heard()
    monkeypatch.setattr("celery.current_app.connection_for_write", _away)
    response = ask()
    assert (response.status_code, response.content) == (503, b"The broker does not answer.\n")


def _away():
    from kombu import Connection

    return Connection("redis://127.0.0.1:1/0", transport_options={"socket_connect_timeout": 1})


def test_a_database_that_is_away_is_named_and_nothing_else_is_told(db, broker, monkeypatch):
    from django.db import OperationalError

    def away(*args):
        raise OperationalError("password of host secret.internal")

    monkeypatch.setattr(Heartbeat.objects, "values_list", away)
    response = ask()
    assert (response.status_code, response.content) == (503, b"The database does not answer.\n")
