"""A report while it is written."""

from datetime import timedelta
from itertools import takewhile

from django.db import transaction
from django.utils import timezone

from referralcrm.audit.actions import changes_of, record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice.actions.trash import fetch_back, put_away
from referralcrm.practice.trash import require_kept
from referrals.models import Report
from referrals.models.measures import Measure
from referrals.models.report_parts import DESCRIPTIONS
from referrals.states import Side

SITTING = timedelta(minutes=30)  # without a save, after which the next one begins another
A_DAY = timedelta(days=1)  # the longest sitting
FINAL_STAYS = "What is final stays as it is. Amend it: that makes a new version."


@transaction.atomic
def start(referral, *, kind, by, obligation=None):
    """A draft about a referral, that meets ``obligation`` or the promised report of its kind.

    A follow-up begins as the last final report of the same matter ended: parts that are carried over,
    and measures with their first values. Raises Refused where nobody knows yet who the patient is.
    """
    if referral.patient.is_nameless:
        raise Refused("Nobody knows yet who this patient is. Finish the referral first.")
    report = Report(referral=referral, kind=kind, author=by)
    report.obligation = obligation or promised(referral, DESCRIPTIONS[kind].answers)
    report.content = _begun(report)
    report.save()
    record("started", by=by, subject=report)
    return report


def promised(referral, kind):
    """The report we promised that a document of this kind would be; the most urgent one if none is of it.

    None where a document of this kind meets no promise, or nothing is waited for.
    """
    if not kind:
        return None
    waiting = [row for row in referral.obligations.all() if row.side == Side.US and row.is_waiting]
    return min(waiting, key=lambda row: (row.kind != kind, *row.urgency), default=None)


def previous(referral):
    """The newest report that stands about the same matter, or None; a letter without measures is none."""
    rows = Report.objects.standing().filter(
        referral__matter=referral.matter, referral__patient=referral.patient_id
    )
    return rows.with_all().order_by("-finalised_at").first()


def _begun(report) -> dict:
    """What stands in it before anybody writes: what is carried over, and what the referral says already."""
    carried = _carried(report)
    known = {part.name: part.begins_with(report.referral) for part in report.parts if part.begins_with}
    return carried | {"texts": known | carried.get("texts", {})}


def _carried(report) -> dict:
    parts = [part for part in report.parts if part.carried]
    earlier = previous(report.referral) if parts else None
    if earlier is None:
        return {}
    said, names = earlier.content, {part.name for part in parts}
    return {
        "texts": {name: text for name, text in said["texts"].items() if name in names},
        "measures": [Measure.of(row).carried() for row in said["measures"]] if "measures" in names else [],
        "carried_from": earlier.number,
    }


@transaction.atomic
def save(report, *, by, content, version=None):
    """Keep a draft's ``content`` (see ``Report.content``) as far as it is. Raises Refused and Stale.

    Saving the same again changes nothing. It is kept at each pause of the typing, so that the audit has one
    row for each sitting of each person, not for each save.
    """
    current = locked_draft(report, version=version)
    if content == {name: current.content[name] for name in content}:
        return current
    begins_a_sitting = _begins_a_sitting(current, by)
    current.content = current.content | content
    current.saved_at = timezone.now()
    current.version += 1
    current.save(update_fields=["content_sealed", "saved_at", "version"])
    if begins_a_sitting:
        record("saved", by=by, subject=current)
    return current


def _begins_a_sitting(report, by) -> bool:
    """Whether somebody else changed it since this person last saved it, or nobody did for a while."""
    now = timezone.now()
    if now - report.saved_at > SITTING:
        return True
    changes = takewhile(lambda change: change[0] == by.pk, changes_of(report, since=now - A_DAY))
    return "saved" not in (verb for _, verb in changes)


def locked_draft(report, *, version=None):
    """The draft as it stands now, locked. Raises Stale, and Refused when it is final or in the trash."""
    current = lock(report, version=version)
    if current.is_final:
        raise Refused(FINAL_STAYS)
    if current.deleted_at is not None:
        raise Refused("This draft is in the trash. Restore it first.")
    return current


@transaction.atomic
def discard(report, *, by):
    """Put a draft into the trash; repeating it changes nothing. Refused for a final report."""
    if lock(report).is_final:
        raise Refused(FINAL_STAYS)
    return put_away(report, by=by)


@transaction.atomic
def restore(report, *, by):
    """Fetch a draft out of the trash. Refused after 30 days, while its referral is in the trash, and when
    another version of the same report has been begun meanwhile.
    """
    require_kept(report.referral)
    if report.amends:
        lock(report.amends)
    others = Report.objects.kept().filter(amends=report.amends_id).exclude(pk=report.pk)
    if report.amends_id and others.exists():
        raise Refused(f"Another new version of this {report.noun} has been begun meanwhile.")
    return fetch_back(report, by=by)
