from datetime import timedelta

import pytest

from outreach.models import Task
from referralcrm.core.prepared import TODAY, Prepared
from referralcrm.practice.models import Practice


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
