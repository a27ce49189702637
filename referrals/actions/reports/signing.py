"""What makes a report final, and what may follow."""

import io

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.content import PDF
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice import files
from referralcrm.practice.scope import current_practice
from referrals.actions.reports.drafts import locked_draft
from referrals.actions.reports.enclosing import copy_enclosures
from referrals.actions.reports.page import typeset_report
from referrals.models import Report
from referrals.states import ReportStatus

LARGEST_PDF = 50 * files.MEGABYTE


def missing_parts(report) -> list[str]:
    """The titles of the parts that are neither written nor said not to apply."""
    said = report.content
    return [
        part.title
        for part in report.parts
        if not (
            (part.may_not_apply and part.name in said["not_applicable"])
            or (said["measures"] if part.is_measures else said["texts"].get(part.name, "").strip())
        )
    ]


@transaction.atomic
def finalise(report, *, by, version=None, at=None):
    """Sign a draft as ``by``: it gets its number and its PDF, and stays as it is from now on.

    ``at`` is the moment of signing, now unless it is told. Raises Refused with the parts that are
    missing, and Stale.
    """
    current = locked_draft(report, version=version)
    if missing := missing_parts(current):
        raise Refused(f"Before it is final, write these or say that they do not apply: {', '.join(missing)}.")
    current.author, current.finalised_at = by, at or timezone.now()
    current.number, current.status = _next_number(), ReportStatus.FINAL
    pdf = io.BytesIO(typeset_report(current))
    current.pdf = files.put(
        pdf, name=current.file_name, content_type=PDF.type, limit=LARGEST_PDF, keeper=current.patient
    )
    current.version += 1
    current.save()
    record("finalised", by=by, subject=current)
    return current


def _next_number() -> int:
    """One more than the practice's last; whoever finalises at the same moment waits."""
    key = f"report:{current_practice().pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    return (Report.objects.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def amend(report, *, by):
    """A draft of a new version of a final report, with the same words and enclosures.

    Raises Refused for a draft, and when a new version has been begun already.
    """
    if not report.is_final:
        raise Refused(f"This {report.noun} is a draft still: change it as it is.")
    lock(report)  # of two who amend it at once the second sees what the first began
    if later := Report.objects.kept().filter(amends=report).first():
        which = f"replaced by {later.called}" if later.is_final else "being amended already"
        raise Refused(f"This {report.noun} is {which}.")
    made = Report(referral=report.referral, kind=report.kind, obligation=report.obligation)
    made.amends, made.author = report, by
    made.content = report.content | {"carried_from": None}
    made.save()
    copy_enclosures(report, made)
    record("amended", by=by, subject=report)
    return made


def pdf_of(report) -> bytes:
    """The PDF of a final report, as it was signed. Raises Refused for a draft."""
    if not report.is_final:
        raise Refused(f"This {report.noun} is not final yet.")
    return b"".join(files.read(report.pdf, keeper=report.patient))
