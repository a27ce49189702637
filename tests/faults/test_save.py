"""The web server dies while a referral is being saved; the person sends the form again after its return."""

import http.client
import os
import signal
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from outreach.models import MessageCause
from referralcrm.practice.scope import enter
from referrals.models import JourneyEvent, Obligation, Patient, Referral
from tests import factories
from tests.committed import WEB, answers, free_port, wait_until

pytestmark = pytest.mark.faults

TOKEN = "a" * 32  # cookie and field of the CSRF check agree
DELAYS = (0.002, 0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.12)  # a save takes about 50 ms


@pytest.fixture
def clinic(committed):
    practice = factories.practice()
    with enter(practice):
        practice.alice = factories.person("Alice Adams")
        factories.partner("Dr Adaeze Okafor")
    return practice


def send(port, session, body):
    """Post the form; the answer's status, or None when the server died on it."""
    cookies = f"referralcrm_{port}={session}; referralcrm_csrf_{port}={TOKEN}"
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/referrals/new/", urlencode(body), headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def kill_later(process, delay):
    def kill():
        time.sleep(delay)
        os.killpg(process.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def counted():
    """How many rows of each kind a save makes."""
    kinds = (Referral, Patient, JourneyEvent, Obligation, MessageCause)
    return {kind.__name__: kind.objects.count() for kind in kinds}


def no_session_of_the_dead():
    """Postgres may still be finishing what a killed process asked for; nothing is counted meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone() == (0,)


def test_a_save_cut_short_is_all_or_nothing_and_sent_again_it_is_one(clinic, committed):
    session = signed_in(clinic.alice)
    port, died_before = free_port(), 0
    for done, delay in enumerate(DELAYS):
        body = form(clinic)
        with web(committed, port) as process:
            send(port, session, {})  # the first request is slower
            killer = kill_later(process, delay)
            send(port, session, body)
            killer.join()
        wait_until(no_session_of_the_dead, what="The end of the killed server's session")
        with enter(clinic):
            after_the_kill = counted()
        saved = after_the_kill["Referral"] - done
        assert saved in (0, 1)
        assert after_the_kill == dict.fromkeys(after_the_kill, done + saved), "all or nothing"
        died_before += not saved
        with web(committed, port):
            assert send(port, session, body) == 302
        with enter(clinic):
            assert counted() == dict.fromkeys(after_the_kill, done + 1), "the same key makes one"
    assert died_before, "no kill was early enough to mean anything"


def form(clinic):
    return {
        "csrfmiddlewaretoken": TOKEN,
        "once": str(uuid4()),
        "direction": "received",
        "partner_text": "Dr Adaeze Okafor",
        "patient_name": f"Kim {uuid4().hex[:8]}",
        "happened_on": clinic.today().isoformat(),
    }


def signed_in(person):
    client = Client()
    client.force_login(person, backend="referralcrm.practice.backend.PersonBackend")
    return client.session.session_key


@contextmanager
def web(committed, port):
    """The web server on this port, started again and again."""
    with committed.process("web", *WEB, "--bind", f"127.0.0.1:{port}", PORT=str(port)) as process:
        wait_until(lambda: answers(port), what="The web server's start")
        yield process
