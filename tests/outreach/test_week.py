from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
import time_machine
from django.core.management import CommandError, call_command

from outreach.actions import touchpoints, week
from outreach.actions.check_ins import JITTER_DAYS
from outreach.models import Message, MessageCause, Rule, Run, Task
from outreach.states import TaskKind, TaskState, TouchpointKind
from partners.states import Circle, Stage
from referralcrm.core.refused import Refused
from referralcrm.practice.models import ClosedDay
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories

MONDAY = datetime(2026, 3, 2, 8, 0, 30, tzinfo=UTC)
PERIOD = "2026-W10"
LONG_AGO = datetime(2025, 1, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday(riverside):
    riverside.created_at = LONG_AGO
    riverside.save()
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


def met(partner, days_ago, by, kind=TouchpointKind.CALL):
    touchpoints.log(
        partners=[partner], kind=kind, happened_on=MONDAY.date() - timedelta(days=days_ago), by=by
    )


def check_ins():
    return {task.partner.name: task for task in Task.objects.filter(kind=TaskKind.CHECK_IN)}


def friend(name, owner, *, days_ago=None, **fields):
    """A partner of the inner circle (30 days), last called so many days ago."""
    made = factories.partner(name, owner=owner, **({"circle": Circle.INNER, "created_at": LONG_AGO} | fields))
    if days_ago is not None:
        met(made, days_ago, owner)
    return made


def jitter(partner):
    return sha256(str(partner.pk).encode()).digest()[0] % 7 - 3


def test_a_partner_past_the_interval_becomes_a_task_with_its_reason(riverside, alice):
    friend("Dr Quiet", alice, days_ago=34)
    friend("Dr Recent", alice, days_ago=26)
    ran = week.run_if_due(riverside)
    [task] = check_ins().values()
    assert (task.partner.name, task.owner, task.period_key, task.due_on) == (
        "Dr Quiet",
        alice,
        PERIOD,
        MONDAY.date(),
    )
    assert task.title == "Keep in touch with Dr Quiet"
    assert task.why == "Inner circle, every 30 days; last in touch 34 days ago, by phone."
    assert ran.counts == {"new": 1, "carried_over": 0, "digests": 1}
    assert (ran.state, ran.due_at) == ("done", datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "fields, days",
    [
        ({"circle": Circle.INNER}, 30),
        ({"circle": Circle.NETWORK}, 60),
        ({"circle": Circle.LIGHT}, 90),
        ({"circle": Circle.INNER, "stage": Stage.DORMANT}, 180),
    ],
)
def test_each_circle_has_its_interval_give_or_take_three_days(riverside, alice, fields, days):
    partners = [friend(f"Dr {n}", alice, **fields) for n in range(30)]
    for n, partner in enumerate(partners):
        met(partner, days + jitter(partner) - n % 2, alice)
    week.run(riverside, PERIOD)
    assert set(check_ins()) == {partner.name for n, partner in enumerate(partners) if n % 2 == 0}
    assert len({jitter(partner) for partner in partners}) > 2
    assert all(abs(jitter(partner)) <= JITTER_DAYS for partner in partners)


def test_what_they_did_counts_as_contact_and_a_note_does_not(riverside, alice):
    heard, noted = friend("Dr Heard", alice, days_ago=50), friend("Dr Noted", alice, days_ago=50)
    touchpoints.log(partners=[heard], kind="message", happened_on=MONDAY.date(), by=alice, by_them=True)
    met(noted, 1, alice, kind=TouchpointKind.NOTE)
    week.run(riverside, PERIOD)
    assert set(check_ins()) == {"Dr Noted"}


def test_a_partner_never_contacted_counts_from_the_day_it_was_entered(riverside, alice):
    friend("Dr Known", alice, created_at=MONDAY - timedelta(days=40))
    friend("Dr New", alice, created_at=MONDAY - timedelta(days=5))
    week.run(riverside, PERIOD)
    [task] = check_ins().values()
    assert task.why == "Inner circle, every 30 days; no contact written down in the 40 days we know them."


def test_a_deleted_contact_does_not_count(riverside, alice):
    partner = friend("Dr Quiet", alice, days_ago=40)
    [recent] = touchpoints.log(partners=[partner], kind="call", happened_on=MONDAY.date(), by=alice)
    touchpoints.delete(recent, by=alice)
    week.run(riverside, PERIOD)
    assert set(check_ins()) == {"Dr Quiet"}


def test_nobody_is_asked_to_call_those_who_have_ended(riverside, alice):
    friend("Dr Gone", alice, stage=Stage.ENDED, ended_on=date(2026, 1, 1))
    friend("Dr Binned", alice, deleted_at=MONDAY)
    week.run(riverside, PERIOD)
    assert check_ins() == {}


def test_the_backup_is_asked_while_the_owner_is_away_and_a_manager_when_nobody_is_left(
    riverside, alice, bob, charlie
):
    away = {"away_from": MONDAY.date(), "away_to": None}
    dana = factories.person("Dana Dunn", **away)
    gone = factories.person("Gus Gone", is_active=False)
    auditor = factories.person("Olive Oak", role=Role.AUDITOR)
    friend("Dr A", dana, backup=bob)
    friend("Dr B", gone, backup=bob)
    friend("Dr C", dana)
    friend("Dr D", None)
    friend("Dr E", gone, backup=dana)
    friend("Dr F", auditor)
    week.run(riverside, PERIOD)
    assert {name[-1]: task.owner for name, task in check_ins().items()} == {
        "A": bob,
        "B": bob,
        "C": charlie,
        "D": charlie,
        "E": charlie,
        "F": charlie,
    }


def test_an_open_check_in_is_carried_over_and_not_doubled(riverside, alice, monday):
    friend("Dr Quiet", alice, days_ago=40)
    week.run_if_due(riverside)
    monday.shift(timedelta(days=7))
    ran = week.run_if_due(riverside)
    assert ran.period_key == "2026-W11"
    assert ran.counts == {"new": 0, "carried_over": 1, "digests": 1}
    assert Task.objects.count() == 1


def test_a_skipped_check_in_stays_away_for_four_weeks(riverside, alice, monday):
    friend("Dr Quiet", alice, days_ago=40)
    week.run_if_due(riverside)
    Task.objects.update(state=TaskState.REJECTED, closed_at=MONDAY)
    for weeks, expected in [(1, 0), (2, 0), (3, 0), (4, 1)]:
        monday.move_to(MONDAY + timedelta(days=7 * weeks, hours=1))
        assert week.run_if_due(riverside).counts["new"] == expected


def test_a_week_is_run_once(riverside, alice):
    friend("Dr Quiet", alice, days_ago=40)
    assert week.run_if_due(riverside)
    assert week.run_if_due(riverside) is None
    with pytest.raises(Refused, match="done already"):
        week.run(riverside, PERIOD)
    assert (Run.objects.count(), Task.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_nothing_is_run_before_eight_on_monday(riverside, alice, monday):
    Run.objects.create(job="week", period_key="2026-W09", due_at=MONDAY, state="done")
    monday.move_to(datetime(2026, 3, 2, 7, 59, 59, tzinfo=UTC))
    assert week.run_if_due(riverside) is None
    monday.move_to(datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC))
    assert week.run_if_due(riverside).period_key == PERIOD


def test_a_holiday_moves_the_run_to_the_next_working_day_of_the_same_week(riverside, alice, monday):
    ClosedDay.objects.create(on=date(2026, 5, 5), why="Training")
    bank_holiday = date(2026, 5, 4)
    calendar = week.Calendar(riverside)
    assert calendar.holiday(bank_holiday)
    assert week.due_at(calendar, bank_holiday) == datetime(2026, 5, 6, 7, tzinfo=UTC)  # 08:00 in summer time


def test_a_week_without_a_working_day_has_no_run(riverside):
    for offset in range(7):
        ClosedDay.objects.create(on=MONDAY.date() + timedelta(days=offset))
    assert week.due_at(week.Calendar(riverside), MONDAY.date()) is None
    assert week.latest_due(week.Calendar(riverside), MONDAY)[0] == "2026-W09"


def test_after_an_outage_the_newest_week_is_caught_up_and_older_ones_are_dropped(riverside, alice, monday):
    week.run_if_due(riverside)
    monday.shift(timedelta(days=23))
    assert week.run_if_due(riverside).period_key == "2026-W13"
    assert week.run_if_due(riverside) is None
    assert sorted(Run.objects.values_list("period_key", flat=True)) == [PERIOD, "2026-W13"]


def test_a_practice_founded_after_monday_waits_for_the_next_one(riverside, alice):
    riverside.created_at = MONDAY
    assert week.run_if_due(riverside) is None


def test_a_run_that_fails_leaves_nothing_behind_but_the_reason_and_is_tried_again(
    riverside, alice, monday, monkeypatch
):
    friend("Dr Quiet", alice, days_ago=40)
    with monkeypatch.context() as broken:
        broken.setattr("outreach.actions.digests.write", lambda *args: 1 / 0)
        assert week.run_if_due(riverside) is None
    failed = Run.objects.get()
    assert (failed.state, failed.error) == ("failed", "ZeroDivisionError")
    assert (Task.objects.count(), Message.objects.count()) == (0, 0)
    monday.shift(timedelta(minutes=9))
    assert week.run_if_due(riverside) is None
    monday.shift(timedelta(minutes=1))
    assert week.run_if_due(riverside).state == "done"
    assert (Run.objects.get().error, Task.objects.count()) == ("", 1)


def test_a_run_whose_process_died_is_taken_up_again(riverside, alice):
    friend("Dr Quiet", alice, days_ago=40)
    Run.objects.create(job="week", period_key=PERIOD, due_at=MONDAY)
    assert week.run_if_due(riverside).counts["new"] == 1


@pytest.mark.parametrize("period", ["2026-W54", "last week", "2026-11", "", "2026-W00", "-W1"])
def test_a_week_that_does_not_exist_is_refused(riverside, period):
    with pytest.raises(Refused, match="is no week"):
        week.run(riverside, period)


def test_each_person_gets_one_digest_that_names_partners_and_never_a_patient(riverside, alice, bob):
    quiet, other = friend("Dr Quiet", alice, days_ago=40), friend("Harbour Pilates", alice, days_ago=41)
    friend("Dr Bobs", bob, days_ago=42)
    factories.referral(
        partner=quiet, patient=factories.patient("Canary Patient", record="CANARY-1"), reason="Canary knee"
    )
    week.run(riverside, PERIOD)
    mine = Message.objects.get(person=alice)
    assert (mine.state, mine.partner, mine.rule.kind) == ("pending", None, "digest")
    assert mine.subject == "People to keep in touch with this week"
    assert "Good morning Alice Adams," in mine.body
    assert "- Dr Quiet: Inner circle, every 30 days; last in touch 40 days ago, by phone." in mine.body
    assert "Harbour Pilates" in mine.body
    assert "Dr Bobs" not in mine.body
    assert "anary" not in mine.body + mine.subject
    cause = MessageCause.objects.get(message=mine)
    assert cause.fact == f"digest:{alice.pk}:{PERIOD}"
    assert other.owner == alice


def test_a_digest_names_so_many_and_counts_the_rest(riverside, alice):
    for n in range(28):
        friend(f"Dr {n}", alice)
    week.run(riverside, PERIOD)
    body = Message.objects.get().body
    assert body.count("- Dr ") == 25
    assert "… and 3 more." in body


def test_a_rule_that_is_off_writes_no_digest(riverside, alice):
    friend("Dr Quiet", alice, days_ago=40)
    Rule.objects.filter(kind="digest").update(is_active=False)
    assert week.run(riverside, PERIOD).counts == {"new": 1, "carried_over": 0, "digests": 0}


def test_another_practice_is_left_alone(riverside, northgate, alice):
    with enter(northgate):
        friend("Dr Theirs", factories.person("Nora North", practice=northgate))
    week.run(riverside, PERIOD)
    with enter(northgate):
        assert Task.objects.count() == 0


def test_a_partner_whose_name_looks_like_a_field_stays_itself(riverside, alice):
    friend("Dr {link} O'Brien %s", alice, days_ago=40)
    week.run(riverside, PERIOD)
    assert "- Dr {link} O'Brien %s: Inner" in Message.objects.get().body


def test_the_command_runs_a_given_week_now_and_not_twice(riverside, northgate, alice, capsys):
    friend("Dr Quiet", alice, days_ago=40)
    call_command("run_week", practice="riverside physio", week="2026-W08")
    assert capsys.readouterr().out == ("Riverside Physio: week 2026-W08, 1 new, 0 carried over, 1 digests.\n")
    with pytest.raises(CommandError, match="done already"):
        call_command("run_week", practice=str(riverside.pk), week="2026-W08")
    with pytest.raises(CommandError, match="Riverside Physio: .* done already"):
        call_command("run_week", week="2026-W08")
    assert "Northgate Dental: week 2026-W08, 0 new" in capsys.readouterr().out  # one hinders no other
    with pytest.raises(CommandError, match="no practice"):
        call_command("run_week", practice="nobody")
    with pytest.raises(CommandError, match="is no week"):
        call_command("run_week", practice="Riverside Physio", week="soon")
