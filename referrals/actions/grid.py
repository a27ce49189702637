"""Logging many referrals typed into a grid: each row once, and none lost before it is logged."""

from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from referralcrm.core.refused import Refused
from referralcrm.practice.models import Submission
from referralcrm.practice.once import claim
from referrals.actions.log import log
from referrals.models import Draft

DRAFT_DAYS = 30
AT_MOST = 200  # rows a person may have waiting


@transaction.atomic
def keep(key, words, *, by):
    """Keep a row as typed so far under its one-time key (a UUID). Nothing is kept of one logged before.

    Refused when a person has too many rows waiting, or the key is somebody else's.
    """
    _one_at_a_time(key)
    if Submission.objects.filter(key=key).exists():
        return
    draft = Draft.objects.select_for_update(no_key=True).filter(pk=key, person=by).first()
    if draft is None:
        draft = _begin(key, by)
    draft.words, draft.kept_at = words, timezone.now()
    draft.save(update_fields=["box", "kept_at"])


def _one_at_a_time(key):
    """Keeping a row waits for its logging, so that a late answer of the page brings no logged row back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"draft:{key}"])


def _begin(key, by):
    if Draft.objects.of(by).count() >= AT_MOST:
        raise Refused(f"{AT_MOST} rows are waiting to be logged already. Log some of them first.")
    draft = Draft(pk=key, person=by)
    draft.words = {}
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("This row belongs to somebody else. Open the page again.") from error
    return draft


@transaction.atomic
def drop(key, *, by):
    """Forget what was typed into a row; repeating it changes nothing."""
    Draft.objects.filter(pk=key, person=by).delete()


def old(now=None):
    """Drafts that nobody touched for 30 days."""
    return Draft.objects.filter(kept_at__lt=(now or timezone.now()) - timedelta(days=DRAFT_DAYS))


@transaction.atomic
def forget_old():
    """Old drafts are gone for good."""
    old().delete()


@transaction.atomic
def log_row(key, *, by, **fields):
    """Log one row and forget its draft; the address of its referral, and the referral when it is new.

    A key that was logged before logs nothing again. Raises Refused; then the row is as it was.
    """
    _one_at_a_time(key)
    submission, is_first = claim(key, "")
    Draft.objects.filter(pk=key, person=by).delete()
    if not is_first:
        return submission.answer, None
    referral = log(by=by, **fields)
    address = reverse("referrals:detail", args=[referral.pk])
    Submission.objects.filter(pk=submission.pk).update(answer=address)
    return address, referral
