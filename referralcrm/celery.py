"""The Celery application: one beat entry, and limits that keep a stuck task from living on."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "referralcrm.settings")

TICK = "outreach.tick"

app = Celery("referralcrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "every-minute": {
        "task": TICK,
        "schedule": 60.0,
        "kwargs": {"by": "beat"},
        "options": {"expires": 55},
    }
}


@worker_init.connect
def refuse_an_unwalled_role(**kwargs):
    """Work in no database whose role could look over the wall between practices."""
    from referralcrm.core.checks import application_role_is_walled

    if faults := application_role_is_walled(databases=["default"]):
        raise SystemExit("\n".join(fault.msg for fault in faults))


@beat_init.connect
def announce_beat(**kwargs):
    """Show the beat as alive at once, not a minute after its start."""
    app.send_task(TICK, kwargs={"by": "beat"}, expires=55)


@worker_ready.connect
def sweep_on_start(**kwargs):
    """Pick up what an outage left behind without waiting for the beat."""
    app.send_task(TICK, kwargs={"by": "worker"}, expires=55)
