"""Clinics whose rows commit: a list is written by a worker, in transactions of its own."""

import pytest

from tests.exchange.bringing import a_clinic


@pytest.fixture
def fresh(committed):
    return a_clinic()
