"""Attaching paper to a referral, opening it and putting it away."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.content import recognised
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice import files
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.scope import current_practice
from referralcrm.practice.trash import require_kept
from referrals.actions.dates import check_happened
from referrals.models import Attachment
from referrals.states import MOST_PAPER, PAPER_BYTES


@transaction.atomic
def attach(referral, *, by, file, kind, received_on=None, title=""):
    """Seal an uploaded ``file`` (a named binary stream) for the referral's patient. Returns the Attachment.

    Without a ``title`` the file's own name is one. Raises Refused for what is no paper, too large or
    empty, and leaves nothing then.
    """
    referral = lock(referral)
    today = current_practice().today()
    check_happened(received_on, today=today, field="received_on")
    if referral.attachments.kept().count() >= MOST_PAPER:
        raise Refused(f"There are {MOST_PAPER} files with this referral already.", field="file")
    content = recognised(file)
    stored = files.put(
        file, name=file.name, content_type=content.type, limit=PAPER_BYTES, keeper=referral.patient
    )
    attached = Attachment(
        referral=referral, file=stored, kind=kind, received_on=received_on or today, added_by=by
    )
    attached.title = title or file.name
    attached.save()
    record("attached", by=by, subject=attached)
    return attached


def contents(attachment, *, by) -> bytes:
    """The whole file, as it came; that it was opened is recorded."""
    record("opened", by=by, subject=attachment)
    return b"".join(files.read(attachment.file, keeper=attachment.patient))


def remove(attachment, *, by):
    """Put it into the trash; repeating it changes nothing."""
    return put_away(attachment, by=by)


@transaction.atomic
def bring_back(attachment, *, by):
    """Fetch it out of the trash. Refused after 30 days, and while its referral is in the trash."""
    require_kept(attachment.referral)
    return fetch_back(attachment, by=by)
