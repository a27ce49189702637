"""Whole workers killed, the broker stopped and emptied, the same order given a hundred times, two beats."""

from django.utils import timezone

from outreach.models import Heartbeat
from referralcrm.core.nudge import nudge
from referralcrm.practice.scope import enter
from tests.committed import wait_until

BEAT = "celery -A referralcrm beat --scheduler celery.beat:Scheduler"


def test_a_whole_worker_is_killed_and_the_next_one_finishes(clinic, house):
    clinic.write(3)
    clinic.plan("offered", "DIE")
    with house.worker("doomed") as doomed:
        clinic.work()
        doomed.wait(timeout=20)
    assert clinic.taken() == []
    with house.worker("heir"):
        wait_until(clinic.is_finished, what="The sending")
    assert clinic.count() == (0, 0, 0)


def test_a_note_ordered_a_hundred_times_leaves_once(clinic, house):
    clinic.write(5)
    for _ in range(100):
        house.broker.order("outreach.send", clinic.practice.pk)
    with house.worker(concurrency=2):
        clinic.wait_for(*["sent"] * 5)
        wait_until(lambda: not house.broker.waiting(), what="The end of the orders")
    assert clinic.count() == (0, 0, 0)


def test_two_beats_send_nothing_twice(clinic, house):
    clinic.write(3)
    urls = {"REDIS_URL": house.broker.url}
    with (
        house.committed.process("beat-1", *BEAT.split(), "-s", f"{house.plan}-1", **urls),
        house.committed.process("beat-2", *BEAT.split(), "-s", f"{house.plan}-2", **urls),
        house.worker(concurrency=2),
    ):
        clinic.wait_for(*["sent"] * 3)
    assert clinic.count() == (0, 0, 0)
    assert Heartbeat.objects.filter(name="beat").exists()


def test_with_the_broker_gone_saving_works_and_all_leaves_afterwards(clinic, house, monkeypatch, caplog):
    monkeypatch.setattr("referralcrm.core.nudge.current_app", house.broker.client)
    with house.worker():
        clinic.write(1)
        wait_until(clinic.is_finished, what="The first note")
        house.broker.stop()
        began = timezone.now()
        clinic.write(2)
        with enter(clinic.practice):
            nudge("outreach.send", clinic.practice.pk)
        assert (timezone.now() - began).total_seconds() < 5
        assert "The broker did not take outreach.send" in caplog.text
        house.broker.start()  # empty
        wait_until(clinic.is_finished, what="The others")
    assert clinic.count() == (0, 0, 0)
