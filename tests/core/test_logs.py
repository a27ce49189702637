"""A log is read by people who may not read patients."""

import logging
import sys

import pytest
from django.conf import settings
from django.db import DataError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils.module_loading import import_string

from outreach.tasks import tick

MARK = "Kanarienvogel"


def formatted(record):
    formatter = settings.LOGGING["formatters"]["plain"]
    return import_string(formatter["()"])(formatter["format"]).format(record)


def written(error):
    trace = (type(error), error, error.__traceback__)
    return formatted(logging.LogRecord("x", logging.ERROR, "", 0, "It failed", (), trace))


def caught(act):
    try:
        act()
    except Exception:
        return sys.exc_info()[1]
    raise AssertionError("nothing was raised")


def chained():
    try:
        raise ValueError(f"{MARK} is no date")
    except ValueError as error:
        raise KeyError(MARK) from error


def test_an_error_is_written_down_without_what_it_quotes():
    text = written(caught(chained))
    assert MARK not in text
    assert "It failed" in text and "in chained" in text
    assert text.index("ValueError") < text.index("KeyError")


def test_what_postgres_says_about_a_value_is_left_out(db):
    def ask():
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::date", [MARK])

    error = caught(ask)
    assert isinstance(error, DataError) and MARK in str(error)
    assert MARK not in written(error) and "DataError" in written(error)


@pytest.mark.parametrize("error", [OperationalError("no route to it"), ConnectionError("no route to it")])
def test_what_ails_the_machine_is_said(error):
    assert "no route to it" in written(error)


def test_a_page_that_fails_says_nothing_of_what_was_typed(db, monkeypatch):
    def fail(form):
        raise ValueError(f"{MARK} again")

    monkeypatch.setattr("referralcrm.practice.forms.SignInForm.clean", fail)
    answer = Client(raise_request_exception=False).post(
        reverse("practice:sign_in"), {"email": f"{MARK}@x.example", "password": MARK}
    )
    assert answer.status_code == 500
    assert MARK not in answer.content.decode()


def test_a_task_that_fails_is_written_down_without_what_it_quotes(caplog, monkeypatch):
    def fail(**words):
        raise ValueError(f"{MARK} again")

    monkeypatch.setattr("outreach.tasks.heartbeats.beat", fail)
    tick.apply(kwargs={"by": "beat"})
    text = "\n".join(map(formatted, caplog.records))
    assert "outreach.tick" in text and "ValueError" in text and "in fail" in text
    assert MARK not in text
