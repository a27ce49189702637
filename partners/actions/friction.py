"""What was hard for a partner: written down, answered, opened again. An open one holds automatic mail."""

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from partners.models import Friction, Partner
from partners.signals import friction_answered, friction_reported
from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.permissions import Permission
from referralcrm.practice.scope import current_practice

EARLIEST = date(1990, 1, 1)


@transaction.atomic
def report(partner, *, by, **fields):
    """Write down what was hard for a partner, and return it. Raises Refused for a day to come.

    ``fields``: trouble, happened_on, told_by, owner.
    """
    _check(fields)
    lock(partner)  # so that a note written just now is either held by this, or knows of it
    friction = Friction.objects.create(partner=partner, **fields)
    record("wrote down", by=by, subject=friction)
    _tell_open(friction, by)
    return friction


@transaction.atomic
def change(friction, *, version, by, **fields):
    """Mend what was written (trouble, happened_on, told_by, owner, answer). Raises Refused, and Stale."""
    _check(fields)
    current = lock(friction, version=version)
    if changed := write(current, **fields):
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def answer(friction, *, version, answer, by):
    """Say what we answered, which closes it: mail to the partner goes on. Raises Refused, and Stale."""
    if not answer.strip():
        raise Refused("Say in a few words what you answered.", field="answer")
    current = lock(friction, version=version)
    if current.answered_on:
        raise Refused("Somebody answered this already.")
    write(current, answer=answer.strip(), answered_on=current_practice().today())
    record("answered", by=by, subject=current)
    friction_answered.send(Partner, partner=current.partner, by=by)
    return current


@transaction.atomic
def reopen(friction, *, by):
    """Undo: it is not answered after all. What was typed stays."""
    current = lock(friction)
    if current.answered_on:
        write(current, answered_on=None, opened_at=timezone.now())
        record("opened again", by=by, subject=current)
        _tell_open(current, by)
    return current


@transaction.atomic
def delete(friction, *, by):
    """Put it in the trash; it holds nothing any more."""
    current = put_away(friction, by=by)
    friction_answered.send(Partner, partner=current.partner, by=by)
    return current


@transaction.atomic
def restore(friction, *, by):
    """Fetch it out of the trash, open as it was. Raises Refused after 30 days."""
    current = fetch_back(friction, by=by, opened_at=timezone.now())
    if current.answered_on is None:
        _tell_open(current, by)
    return current


def to_answer(person):
    """What a person has to answer."""
    return Friction.objects.open().filter(owner=person).select_related("partner")


@transaction.atomic
def hand_over(person, *, heir, by):
    """Give what somebody who leaves had to answer to ``heir``, or to nobody in particular."""
    ids = list(to_answer(person).values_list("pk", flat=True))
    if ids:
        Friction.objects.filter(pk__in=ids).update(owner=heir, version=F("version") + 1)
        note = f"to {heir.name}" if heir else ""
        record("handed over", by=by, subjects=ids, subject_type="friction", changed=["owner"], note=note)


def _check(fields):
    happened_on, owner = fields.get("happened_on"), fields.get("owner")
    if happened_on and happened_on > current_practice().today():
        raise Refused("This day is still to come.", field="happened_on")
    if happened_on and happened_on < EARLIEST:
        raise Refused("That is before 1990. Look at the year.", field="happened_on")
    if owner and not owner.may(Permission.LOG):
        raise Refused("This person cannot answer it here.", field="owner")


def _tell_open(friction, by):
    friction_reported.send(Partner, partner=friction.partner, by=by)
