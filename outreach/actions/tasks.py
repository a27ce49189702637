"""What a person must do: opening, finishing, snoozing, skipping, handing over and taking back."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from outreach.actions import by_hand, touchpoints
from outreach.models import Task
from outreach.states import ABOUT_A_PARTNER, TaskKind, TaskState, TouchpointKind
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.templatetags.house import day
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.calendar import Calendar
from referralcrm.practice.permissions import Permission
from referralcrm.practice.quicker import who_was_quicker
from referralcrm.practice.scope import current_practice
from referralcrm.practice.trash import require_kept
from referrals.models import QualityFlag
from referrals.states import Journey

UNDO_DAYS = 30
SNOOZE_AT_MOST = timedelta(days=366)
NO_REFERRAL = "The referral it was about was taken back."
USUAL = object()
CONTACT_OF = {
    TaskKind.THANK_CARD: TouchpointKind.LETTER,
    TaskKind.THANK_CALL: TouchpointKind.CALL,
    TaskKind.SEND_STORY: TouchpointKind.LETTER,
}


@transaction.atomic
def add(
    *,
    kind,
    title,
    due_on,
    why="",
    partner=None,
    referral=None,
    owner=None,
    location=USUAL,
    period_key="",
    by=None,
):
    """Open a task. ``title`` and ``why`` never name a patient.

    When ``location`` is not said it is the referral's, or its owner's usual one. With a ``period_key``
    a second one of the same kind, partner and period is not made; the first is returned.
    """
    fields = {"title": title, "due_on": due_on, "why": why, "referral": referral, "owner": owner}
    fields |= _usual_place(referral, owner) if location is USUAL else {"location": location}
    if period_key:
        task, is_new = Task.objects.get_or_create(
            kind=kind, partner=partner, period_key=period_key, defaults=fields
        )
    else:
        task, is_new = Task.objects.create(kind=kind, partner=partner, **fields), True
    if is_new:
        record("opened", by=by, subject=task)
    return task


def _usual_place(referral, owner):
    if referral:
        return {"location_id": referral.location_id}
    return {"location_id": owner.home_location_id if owner else None}


def ask_source(referral, *, by):
    """A task for whoever logged it: nobody knows yet who recommended us. Due the next working day."""
    return add(
        kind=TaskKind.ASK_SOURCE,
        title="Ask the patient who recommended us",
        why=f"A patient came on {day(referral.happened_on)} and the source is unknown.",
        due_on=_next_working_day(referral.practice),
        referral=referral,
        owner=by,
        by=by,
    )


def thank_in_person(referral, *, by):
    """A task to thank somebody who is no partner; the referral holds the name, the task does not."""
    return add(
        kind=TaskKind.PERSONAL_THANKS,
        title="Thank the person who recommended us",
        why=f"{referral.get_source_display().capitalize()} recommended us on {day(referral.happened_on)}.",
        due_on=_next_working_day(referral.practice),
        referral=referral,
        owner=by,
        by=by,
    )


@transaction.atomic
def remember_next_step(partner, *, step, by):
    """Keep a next step that was done with a partner as a task that was completed, for the timeline."""
    today = current_practice().today()
    task = add(kind=TaskKind.NEXT_STEP, title=step, partner=partner, owner=by, due_on=today, by=by)
    _claim(task, task.version, state=TaskState.COMPLETED, closed_at=timezone.now(), closed_by=by)


@transaction.atomic
def forget_next_step(partner, *, step, by):
    """The step was not done after all: what was kept of it just now leaves the timeline."""
    kept = Task.objects.filter(
        kind=TaskKind.NEXT_STEP, partner=partner, title=step, state=TaskState.COMPLETED, closed_by=by
    )
    if task := kept.order_by("-closed_at").first():
        put_away(task, by=by)


def _next_working_day(practice):
    return Calendar(practice).add_working_days(practice.today(), 1)


@transaction.atomic
def complete(task, *, version, by, contact="", note=""):
    """Done. ``contact`` (a TouchpointKind) also logs that contact with the task's partner, today.

    A thank-you card or a story logs a letter and a thank-you call a call without being told. Raises Refused
    when somebody was quicker.
    """
    _require_answered(task)
    contact = contact or CONTACT_OF.get(task.kind, "")
    _claim(task, version, state=TaskState.COMPLETED, closed_at=timezone.now(), closed_by=by)
    by_hand.require_consent(task)
    by_hand.tell_delivery(task, by=by)
    if contact and task.partner:
        [touchpoint] = touchpoints.log(
            partners=[task.partner], kind=contact, happened_on=current_practice().today(), by=by, note=note
        )
        Task.objects.filter(pk=task.pk).update(touchpoint=touchpoint)
    record("completed", by=by, subject=task)


@transaction.atomic
def snooze(task, *, until, version, by):
    """Hide it until a day within the next year. Raises Refused."""
    today = current_practice().today()
    if not today < until <= today + SNOOZE_AT_MOST:
        raise Refused("Choose a day from tomorrow to a year from now.", field="until")
    _claim(task, version, snoozed_until=until)
    record("snoozed", by=by, subject=task)


@transaction.atomic
def skip(task, *, because, version, by):
    """Not to be done, with a reason. Raises Refused."""
    if not because.strip():
        raise Refused("Say in a few words why.", field="because")
    _require_answered(task)
    _claim(
        task,
        version,
        state=TaskState.REJECTED,
        skipped_because=because.strip(),
        closed_at=timezone.now(),
        closed_by=by,
    )
    record("skipped", by=by, subject=task)


@transaction.atomic
def cancel(task, *, because, by=None):
    """No longer needed: what asked for it was taken back. Nothing happens when it is closed already."""
    closed = {"state": TaskState.CANCELLED, "skipped_because": because[:200], "closed_by": by}
    if (
        Task.objects.open()
        .filter(pk=task.pk)
        .update(**closed, closed_at=timezone.now(), version=F("version") + 1)
    ):
        record("cancelled", by=by, subject=task)


@transaction.atomic
def cancel_for(referral, *, by):
    """A referral entered in error or deleted asks for nothing: what it opened is no longer needed."""
    if referral.journey == Journey.ENTERED_IN_ERROR or referral.deleted_at:
        for task in Task.objects.open().filter(referral=referral):
            cancel(task, because=NO_REFERRAL, by=by)


@transaction.atomic
def reopen_for(referral, *, by):
    """It was no error: what ``cancel_for`` closed is open again."""
    closed = Task.objects.filter(referral=referral, state=TaskState.CANCELLED, skipped_because=NO_REFERRAL)
    for task in closed.select_related("referral", "touchpoint"):
        if not _is_suggested_otherwise(task):
            reopen(task, version=task.version, by=by)


def _is_suggested_otherwise(task) -> bool:
    """Whether another referral has raised the same suggestion meanwhile: it is raised once."""
    others = Task.objects.filter(kind=task.kind).exclude(state=TaskState.CANCELLED)
    if task.kind == TaskKind.REFER_BACK:
        return others.filter(referral__patient=task.referral.patient_id).exists()
    return task.kind in ABOUT_A_PARTNER and others.filter(partner=task.partner_id).exists()


@transaction.atomic
def reassign(task, *, owner, version, by):
    """Hand it to somebody who can do it, or to nobody in particular (None). Raises Refused."""
    if owner and not (owner.practice_id == task.practice_id and owner.may(Permission.LOG)):
        raise Refused("This person cannot tick tasks off here.", field="owner")
    _claim(task, version, owner=owner)
    record("reassigned", by=by, subject=task, changed=["owner"])


def open_for(person):
    """The open tasks of a person."""
    return Task.objects.open().filter(owner=person)


@transaction.atomic
def hand_over(person, *, heir, by):
    """Give every open task of somebody who leaves to ``heir``, or to nobody in particular."""
    ids = list(open_for(person).values_list("pk", flat=True))
    if not ids:
        return
    Task.objects.filter(pk__in=ids).update(owner=heir, version=F("version") + 1)
    note = f"to {heir.name}" if heir else ""
    record("handed over", by=by, subjects=ids, subject_type="task", changed=["owner"], note=note)


@transaction.atomic
def reopen(task, *, version, by):
    """Undo: open and showing again, within 30 days; the contact its finishing logged is taken back."""
    recent = timezone.now() - timedelta(days=UNDO_DAYS)
    if task.closed_at and task.closed_at < recent:
        raise Refused("This was closed more than 30 days ago.")
    fresh = {"state": TaskState.REQUESTED, "snoozed_until": None, "skipped_because": ""}
    changed = Task.objects.filter(pk=task.pk, version=version).update(
        **fresh, closed_at=None, closed_by=None, version=F("version") + 1
    )
    if not changed:
        raise Refused("This was changed again in the meantime.")
    if task.touchpoint and task.touchpoint.deleted_at is None:
        touchpoints.delete(task.touchpoint, by=by)
    by_hand.untell_delivery(task, by=by)
    record("reopened", by=by, subject=task)


@transaction.atomic
def delete(task, *, by):
    """Put a task that somebody wrote by hand into the trash. Refused for those that the rules made."""
    if not task.can_be_deleted:
        raise Refused("This was asked for by a rule or a referral. Skip it instead, with a reason.")
    return put_away(task, by=by)


@transaction.atomic
def restore(task, *, by):
    """Fetch it out of the trash, as it was. Refused after 30 days, and while its partner is in the trash."""
    require_kept(task.partner)
    return fetch_back(task, by=by)


def _require_answered(task):
    """What asks for an answer elsewhere is finished there."""
    is_flag = task.kind == TaskKind.QUALITY
    if is_flag and QualityFlag.objects.open().filter(referral=task.referral_id).exists():
        raise Refused("Answer the flag on its referral: that finishes this.")


def _claim(task, version, **fields):
    """Change an open task if it is still as this person saw it."""
    seen = Task.objects.open().filter(pk=task.pk, version=version)
    if not seen.update(**fields, version=F("version") + 1):
        raise Refused(_what_happened(task))


def _what_happened(task):
    now = Task.objects.get(pk=task.pk)
    words = {
        "completed": "done",
        "snoozed": f"hidden until {day(now.snoozed_until)}",
        "reassigned": "handed over",
    }
    return who_was_quicker("task", task.pk, what=lambda event: words.get(event.verb, event.verb))
