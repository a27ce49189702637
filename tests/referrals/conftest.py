"""What the tests of the referral log share."""

from contextlib import contextmanager
from datetime import date

import pytest
import time_machine

from tests import factories

TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def on_a_tuesday():
    """It is Tuesday 24 November 2026, 10:00 in London."""
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
        yield


@pytest.fixture
def okafor(riverside):
    """A family doctor at Northgate Surgery."""
    return factories.partner(
        "Dr Adaeze Okafor", discipline=factories.discipline(), organisation=factories.organisation()
    )


@pytest.fixture
def kim(riverside):
    return factories.patient("Kim Moreau", born="1971-03-08", record="20417")


@pytest.fixture
def facts():
    """``with facts(signal) as heard:`` collects the referrals a fact was sent about."""

    @contextmanager
    def listen(signal):
        heard = []

        def hear(sender, referral, **kwargs):
            heard.append(referral)

        signal.connect(hear, weak=False)
        try:
            yield heard
        finally:
            signal.disconnect(hear)

    return listen
