"""What a patient said of a partner we sent them to, and what the manager must look into."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.scope import current_practice
from referralcrm.practice.trash import require_kept
from referrals.actions.dates import check_happened
from referrals.models import Experience, QualityFlag, Referral
from referrals.signals import quality_flag_raised, quality_flag_settled
from referrals.states import UNCOUNTED, Direction

COLUMNS = {"words": "words_sealed", "answer": "answer_sealed"}


@transaction.atomic
def note_experience(referral, *, by, felt, words="", told_on=None):
    """Keep how the patient found it (``Felt``) and a sentence; return it. Raises Refused."""
    referral = _sent(referral)
    check_happened(told_on, today=current_practice().today(), field="told_on", since=referral.happened_on)
    if Experience.objects.kept().filter(referral=referral).exists():
        raise Refused("Somebody wrote this down already. It stands here now.")
    made = Experience(
        referral=referral, felt=felt, told_on=told_on or current_practice().today(), noted_by=by
    )
    made.words = words
    made.save()
    record("wrote down", by=by, subject=made)
    return made


@transaction.atomic
def change_experience(experience, *, by, version, felt, words, told_on):
    """Change what differs. Raises Refused, and Stale when somebody saved first."""
    current = lock(experience, version=version)
    since = current.referral.happened_on
    check_happened(told_on, today=current_practice().today(), field="told_on", since=since)
    if changed := _save(current, words=words, felt=felt, told_on=told_on):
        record("changed", by=by, subject=current, changed=changed)
    return current


@transaction.atomic
def delete_experience(experience, *, by):
    """Put it into the trash; repeating it changes nothing."""
    return put_away(experience, by=by)


@transaction.atomic
def restore_experience(experience, *, by):
    """Fetch it out of the trash. Refused after 30 days, and when another stands in its place."""
    referral = lock(experience.referral)
    require_kept(referral)
    if Experience.objects.kept().filter(referral=referral).exclude(pk=experience.pk).exists():
        raise Refused("Another answer of this patient stands there now.")
    return fetch_back(experience, by=by)


@transaction.atomic
def raise_flag(referral, *, by, words):
    """Ask the manager to look into what happened, and return the flag. Raises Refused."""
    if not words.strip():
        raise Refused("Say in a few words what happened.", field="words")
    made = QualityFlag(referral=_sent(referral), raised_by=by)
    made.words = words.strip()
    made.save()
    record("flagged", by=by, subject=made)
    quality_flag_raised.send(Referral, flag=made, by=by)
    return made


@transaction.atomic
def answer_flag(flag, *, by, version, answer):
    """Say what came of it, which closes it. Raises Refused, and Stale."""
    if not answer.strip():
        raise Refused("Say in a few words what came of it.", field="answer")
    current = lock(flag, version=version)
    if current.answered_on:
        raise Refused("Somebody answered this already.")
    _save(current, answer=answer.strip(), answered_by=by, answered_on=current_practice().today())
    record("answered", by=by, subject=current)
    quality_flag_settled.send(Referral, flag=current, by=by)
    return current


@transaction.atomic
def reopen_flag(flag, *, by):
    """Undo: it is not answered after all. What was typed stays."""
    current = lock(flag)
    if current.answered_on:
        write(current, answered_by=None, answered_on=None)
        record("opened again", by=by, subject=current)
        quality_flag_raised.send(Referral, flag=current, by=by)
    return current


@transaction.atomic
def delete_flag(flag, *, by):
    """Put it into the trash: nobody has to look into it any more."""
    current = put_away(flag, by=by)
    quality_flag_settled.send(Referral, flag=current, by=by)
    return current


@transaction.atomic
def restore_flag(flag, *, by):
    """Fetch it out of the trash, open or answered as it was. Refused after 30 days."""
    require_kept(flag.referral)
    current = fetch_back(flag, by=by)
    if current.answered_on is None:
        quality_flag_raised.send(Referral, flag=current, by=by)
    return current


def _sent(referral):
    current = lock(referral)
    if current.direction != Direction.SENT or current.journey in UNCOUNTED:
        raise Refused("Only of a referral we sent.")
    return current


def _save(row, **values):
    """Set what reads differently on a locked row and return the changed names, sorted."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, values[name])
        row.version += 1
        row.save(update_fields=[*(COLUMNS.get(name, name) for name in changed), "version"])
    return changed
