"""Two records of one patient made one, and taken apart again exactly."""

from django.db import transaction
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.crypto import wrap
from referralcrm.core.refused import Refused, Stale
from referrals.actions.belonging import give
from referrals.actions.matters import part
from referrals.actions.patients import put
from referrals.models import Patient, PatientMerge, Referral, TwoPatients
from referrals.models.merges import UNDO_DAYS
from referrals.models.patients import person_index

WORDS = ("name", "birth_date", "phone")


@transaction.atomic
def merge_patients(survivor, merged, *, by, theirs=(), versions=None):
    """Let all that belongs to ``merged`` be the survivor's; both record numbers find the survivor.

    ``theirs`` are the words (``WORDS``) that the survivor takes from the other; the record number is
    the survivor's own. ``versions`` are the two the person saw. Returns the PatientMerge. Raises
    Refused and Stale.
    """
    survivor, merged = _locked(survivor, merged, versions)
    if merged.record_index and not survivor.record_index:
        raise Refused("The record with the number stays. Merge them the other way round.")
    before = {name: getattr(survivor, name) for name in WORDS}
    after = before | {name: getattr(merged, name) for name in theirs}
    moving = list(Referral.objects.filter(patient=merged))
    done = PatientMerge(survivor=survivor, merged=merged, by=by, moved=[row.pk for row in moving])
    done.stayed = list(Referral.objects.filter(patient=survivor).values_list("pk", flat=True))
    done.before, done.after = before, after
    done.save()
    for referral in moving:
        give(referral, survivor)
    _hide(merged, survivor, before if theirs else None)
    put(survivor, **after)
    _note("merged", done, by, theirs)
    return done


@transaction.atomic
def unmerge_patients(done, *, by):
    """Two records again, each with its own; what was added to the survivor since stays there.

    Only what came of a referral that goes back goes with it. Raises Refused after 30 days, and while
    the survivor has itself been merged.
    """
    done = PatientMerge.objects.select_for_update(of=("self",)).get(pk=done.pk)
    if done.undone_at:
        raise Refused("These two have been taken apart already.")
    if not PatientMerge.objects.undoable().filter(pk=done.pk).exists():
        raise Refused(f"They were merged more than {UNDO_DAYS} days ago and stay one.")
    survivor, merged = _locked(done.survivor, done.merged, apart=True)
    going = _going(done)
    _show(merged)
    for referral in going:
        give(referral, merged)
    part({referral.matter for referral in going})
    _give_words_back(done, survivor)
    done.undone_at = timezone.now()
    done.save(update_fields=["undone_at"])
    _note("took apart", done, by)
    return done


@transaction.atomic
def say_two(one, other, *, by):
    """These two look alike and are two people: they are suggested no more."""
    first, second = sorted([one, other], key=lambda patient: patient.pk)
    said, is_new = TwoPatients.objects.get_or_create(one=first, other=second, defaults={"said_by": by})
    if is_new:
        record("said to be two", by=by, subjects=[first.pk, second.pk], subject_type="patient")
    return said


@transaction.atomic
def suggest_again(one, other, *, by):
    """Take ``say_two`` back."""
    first, second = sorted([one, other], key=lambda patient: patient.pk)
    if TwoPatients.objects.filter(one=first, other=second).delete()[0]:
        record("perhaps one", by=by, subjects=[first.pk, second.pk], subject_type="patient")


def _locked(one, other, versions=None, *, apart=False):
    """Both rows and their referrals, locked so that nothing is logged for either meanwhile."""
    keys = [one.pk, other.pk]
    list(Referral.objects.filter(patient__in=keys).order_by("pk").select_for_update(of=("self",)))
    found = {row.pk: row for row in Patient.objects.filter(pk__in=keys).order_by("pk").select_for_update()}
    if len(found) < 2:
        raise Refused("Choose another patient to merge with.")
    pair = [found[key] for key in keys]
    for row, version in zip(pair, versions or (), strict=False):
        if row.version != version:
            raise Stale(row)
    if pair[0].merged_into_id or (pair[1].merged_into_id and not apart):
        raise Refused("One of these has been merged with another since. Take those two apart first.")
    return pair


def _hide(merged, survivor, old_words):
    """The survivor's key now holds the other's, so that erasing one erases both.

    Where the survivor took other words, the hidden record is found by the survivor's old ones.
    """
    merged.hand_key_to(survivor)
    merged.merged_into = survivor
    if old_words and old_words["birth_date"]:
        merged.person_index = person_index(merged.practice_id, old_words["name"], old_words["birth_date"])
    merged.version += 1
    merged.save(update_fields=["wrapped_key", "merged_into", "person_index", "version"])


def _show(merged):
    key = merged.data_key
    merged.wrapped_key = wrap(key, bound_to=f"patient:{merged.pk}")
    merged.merged_into = None
    born = merged.birth_date
    merged.person_index = person_index(merged.practice_id, merged.name, born) if born else None
    merged.version += 1
    merged.save(update_fields=["wrapped_key", "merged_into", "person_index", "version"])


def _going(done):
    """The referrals that moved and are still here, and those that came of them since."""
    here = list(Referral.objects.filter(patient=done.survivor_id))
    others = PatientMerge.objects.standing().filter(survivor=done.survivor_id).exclude(pk=done.pk)
    settled = {*done.stayed}.union(*others.values_list("moved", flat=True))
    going = [row for row in here if row.pk in done.moved]
    theirs = {row.matter for row in here if row.pk in settled}
    new = [row for row in here if row.pk not in {*done.moved, *settled}]
    while came := _came_of(going, new, theirs):
        going += came
        new = [row for row in new if row not in came]
    return going


def _came_of(going, new, theirs):
    """Those of ``new`` that continue one of ``going``; a matter that is ``theirs`` as well stays."""
    matters, passed_on = {row.matter for row in going} - theirs, {row.redirected_to_id for row in going}
    return [row for row in new if row.matter in matters or row.pk in passed_on]


def _give_words_back(done, survivor):
    """Each word this merge changed goes back, unless somebody or a later merge changed it again.

    A later merge that covered it remembers the word from before this one instead.
    """
    before, after = done.before, done.after
    later = PatientMerge.objects.standing().filter(survivor=survivor)
    later = [other for other in later if (other.made_at, other.pk) > (done.made_at, done.pk)]
    words = {name: getattr(survivor, name) for name in WORDS}
    for name in WORDS:
        if before[name] != after[name] and _relink(later, name, after[name], before[name]):
            words[name] = before[name] if words[name] == after[name] else words[name]
    for other in later:
        other.save(update_fields=["before_sealed", "after_sealed"])
    put(survivor, **words)


def _relink(later, name, old, new) -> bool:
    """Let later merges forget ``old``; whether the survivor may still say it because of this one."""
    for other in later:
        before, after = other.before, other.after
        if before[name] != old:
            return False
        covers = after[name] != old
        other.before = before | {name: new}
        if covers:
            return False
        other.after = after | {name: new}
    return True


def _note(verb, done, by, changed=()):
    pair = [done.survivor_id, done.merged_id]
    record(verb, by=by, subjects=pair, subject_type="patient", changed=sorted(changed))
