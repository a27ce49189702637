"""A Wednesday morning, a mail server on loopback, and a partner of a practice that is not entered."""

from datetime import UTC, datetime

import pytest
import time_machine

from referralcrm.practice.scope import enter
from tests import factories
from tests.mailserver import MailServer

WEDNESDAY = datetime(2026, 3, 4, 10, tzinfo=UTC)  # in London 10:00 too


@pytest.fixture
def clock():
    """Wednesday 4 March 2026, 10:00 in London; ``clock.move_to(...)`` moves it."""
    with time_machine.travel(WEDNESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server(settings):
    """The mail server every practice of this test sends through."""
    with MailServer().running() as server:
        settings.SMTP_URL = server.url
        yield server


@pytest.fixture
def sending(db, clock):
    """A practice that is not entered, so that each step of a sending is a transaction of its own."""
    return factories.practice("Riverside Physio", reply_to="desk@riverside.example")


@pytest.fixture
def note(sending):
    """A message that is due now."""
    with enter(sending):
        return factories.message(partner=factories.partner(salutation="Dr Okafor"))
