"""An import whose worker died, or whose order the broker lost, is taken up again by the minute."""

import pytest

from referralcrm.core.signals import minute_passed
from referralcrm.exchange import actions, receivers, tasks
from referralcrm.exchange.states import State
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter
from tests import factories
from tests.exchange.bringing import a_clinic


@pytest.fixture
def clinic(committed):
    return a_clinic()


@pytest.fixture
def orders(monkeypatch):
    """What the minute and the task asked a worker for."""
    heard = []
    for module in (receivers, tasks):
        monkeypatch.setattr(module, "nudge", lambda name, *ids: heard.append((name, *ids)))
    return heard


def test_the_minute_orders_work_only_where_some_waits(clinic, orders):
    minute_passed.send(Practice, practice=clinic)
    assert orders == []
    with enter(clinic):
        run = factories.uploaded(by=clinic.charlie)
        actions.match(run, by=clinic.charlie, matched=run.matched)
    minute_passed.send(Practice, practice=clinic)
    assert orders == [("exchange.work", clinic.pk)]


def test_a_task_asks_for_another_until_nothing_is_left(clinic, orders):
    with enter(clinic):
        run = factories.uploaded(by=clinic.charlie)
        actions.match(run, by=clinic.charlie, matched=run.matched)
    tasks.work_on_imports(str(clinic.pk))
    assert orders == [("exchange.work", str(clinic.pk))]
    tasks.work_on_imports(str(clinic.pk))
    assert len(orders) == 1
    with enter(clinic):
        run.refresh_from_db()
    assert run.state == State.CHECKED
