"""Telling what went well: written, changed, put away; sharing is the outbox's."""

from django.db import transaction
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept
from referrals.actions.deidentify import require_nameless
from referrals.models import Story
from referrals.states import StoryKind


@transaction.atomic
def tell(referral, *, by, words, kind=StoryKind.STORY):
    """Write down what went well, and nothing that tells who it was. Returns the Story. Raises Refused."""
    referral = lock(referral)
    require_nameless(words, referral.patient)
    story = Story(referral=referral, kind=kind, written_by=by)
    story.words = words
    story.save()
    record("wrote", by=by, subject=story)
    return story


@transaction.atomic
def retell(story, *, version, by, words):
    """Give it other words. Raises Stale, and Refused once it was shared or when the words tell who it was."""
    current = lock(story, version=version)
    if current.shared_at:
        raise Refused("It was shared as it stands. Take the message back first, or write a new one.")
    require_nameless(words, current.patient)
    current.words = words
    current.version += 1
    current.save(update_fields=["words_sealed", "version"])
    record("changed", by=by, subject=current, changed=["words"])
    return current


@transaction.atomic
def mark_shared(story, *, version=None):
    """It goes out with these words. Looks at them once more, as the patient is known now. Raises Refused."""
    current = lock(story, version=version)
    require_nameless(current.words, current.patient)
    return _set(current, timezone.now())


@transaction.atomic
def unmark_shared(story):
    """It did not go after all."""
    return _set(lock(story), None)


def _set(story, shared_at):
    story.shared_at = shared_at
    story.version += 1
    story.save(update_fields=["shared_at", "version"])
    return story


def remove(story, *, by):
    """Put it into the trash; repeating it changes nothing."""
    return put_away(story, by=by)


@transaction.atomic
def bring_back(story, *, by):
    """Fetch it out of the trash. Refused after 30 days, and while its referral is in the trash."""
    require_kept(story.referral)
    return fetch_back(story, by=by)
