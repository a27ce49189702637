from datetime import timedelta
from uuid import UUID

import pytest
from django_scopes import scope

from outreach.models import Task
from referralcrm.core.prepared import TODAY, Given, Prepared, PreparedUpdate
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import enter


def test_a_time_of_today_is_refused(riverside):
    """It would be counted as of the day of composing for as long as the process lives."""
    tasks = Task.objects.filter(due_on__lte=riverside.today())
    with pytest.raises(ValueError, match="no stand-in"):
        Prepared(Practice.objects.filter(pk__in=tasks.values("practice")).values("pk"))


def test_a_day_some_days_away_stays_so_far(riverside, alice):
    question = Prepared(Task.objects.filter(due_on=TODAY + timedelta(days=2)).values("title"))
    for days, title in ((1, "tomorrow"), (2, "the day after")):
        Task.objects.create(title=title, owner=alice, due_on=riverside.today() + timedelta(days=days))
    row = question.ask(today=riverside.today(), now=riverside.now(), keys={})
    assert row == {"title": "the day after"}


def test_an_update_is_told_its_values_and_its_practice_each_time(riverside, northgate):
    with scope(practice=Practice(pk=UUID(int=1))):
        rows = Task.objects.filter(title=Given("before"), version=Given("version"))
        update = PreparedUpdate(rows, title=Given("after"))
    for number in (1, 2):
        Task.objects.create(title=f"call {number}", due_on=riverside.today())
    keys = {UUID(int=1): riverside.pk}
    for number in (1, 2):
        given = {"before": f"call {number}", "after": f"Dr {number} 'O’Brien' %s", "version": 1}
        assert update.carry_out(keys=keys, **given) == 1
        assert update.carry_out(keys=keys, **given) == 0
    assert set(Task.objects.values_list("title", flat=True)) == {f"Dr {n} 'O’Brien' %s" for n in (1, 2)}
    with enter(northgate):
        Task.objects.create(title="call 1", due_on=northgate.today())
    assert update.carry_out(keys=keys, before="call 1", after="theirs", version=1) == 0
