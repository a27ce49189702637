"""A question and its answer are contacts: they start the check-in time anew, and no list says it twice."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from outreach.models import Task, Touchpoint
from outreach.states import TaskKind, TaskState
from referralcrm.front.timeline import timeline
from referrals.actions import advice
from tests import factories


@pytest.fixture
def brandt(riverside):
    return factories.partner("S. Brandt")


def asked(brandt, by, direction="received"):
    return advice.ask(by=by, direction=direction, partner=brandt, question="Rest or load?")


def contacts():
    return sorted(Touchpoint.objects.real().values_list("by_them", flat=True))


def test_who_asks_and_who_answers_were_in_touch(brandt, alice, riverside):
    made = asked(brandt, alice)
    assert contacts() == [True]
    advice.answer(made, version=1, by=alice, answer="Load it.")
    assert contacts() == [False, True]
    assert {row.happened_on for row in Touchpoint.objects.all()} == {riverside.today()}
    moments = timeline(brandt, page=1, zone=ZoneInfo("Europe/London")).moments
    assert [moment.title for moment in moments] == ["They asked us"], "told by the question, and once"


def test_an_answer_taken_back_is_no_contact_and_a_deleted_question_neither(brandt, alice):
    made = asked(brandt, alice, direction="sent")
    advice.answer(made, version=1, by=alice, answer="Load it.")
    assert contacts() == [False, True]
    advice.reopen(made, by=alice)
    assert contacts() == [False]
    gone = advice.delete(made, by=alice)
    assert contacts() == []
    advice.restore(gone, by=alice)
    assert contacts() == [False]


def test_a_change_of_words_leaves_the_contact_alone(brandt, alice):
    made = asked(brandt, alice)
    before = Touchpoint.objects.get()
    advice.change(made, version=1, by=alice, question="Rest?", promised_by=made.promised_by)
    assert Touchpoint.objects.get() == before


def test_a_question_answers_an_open_check_in_and_undoing_it_opens_it_again(brandt, alice, riverside):
    due = {"due_on": riverside.today() - timedelta(days=1), "period_key": "2026-W01"}
    Task.objects.create(kind=TaskKind.CHECK_IN, title="Keep in touch", partner=brandt, **due)
    made = asked(brandt, alice)
    assert Task.objects.get().state == TaskState.COMPLETED
    advice.delete(made, by=alice)
    assert Task.objects.get().state == TaskState.REQUESTED


def test_nobody_logs_such_a_contact_by_hand(alice, as_person):
    page = as_person(alice).get(reverse("outreach:log_touchpoint")).content.decode()
    assert 'value="call"' in page and 'value="advice"' not in page
