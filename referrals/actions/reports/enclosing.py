"""What goes along with a report: files of the patient's, and articles of the practice's."""

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.content import recognised
from referralcrm.core.refused import Refused
from referralcrm.practice import files
from referrals.actions.reports.drafts import locked_draft
from referrals.models import ReportFile
from referrals.states import MOST_ENCLOSED, PAPER_BYTES


@transaction.atomic
def enclose(report, *, by, file):
    """Seal an uploaded ``file`` (a named binary stream) for the patient and enclose it.

    Raises Refused for what is no paper, too large or empty, and leaves nothing then.
    """
    current = _with_room(report)
    content = recognised(file)
    stored = files.put(
        file, name=file.name, content_type=content.type, limit=PAPER_BYTES, keeper=current.patient
    )
    return _add(current, by, file=stored)


@transaction.atomic
def enclose_article(report, *, by, article):
    """Enclose an article of the library; one that is enclosed already stays so."""
    current = _with_room(report)
    known = current.files.filter(article=article).first()
    return known or _add(current, by, article=article)


@transaction.atomic
def take_out(enclosure, *, by):
    """Enclose it no more. Refused once the report is final."""
    current = locked_draft(enclosure.report)
    enclosure.delete()
    record("took out", by=by, subject=current)


def enclosed(enclosure) -> bytes:
    """The whole file, as it came."""
    return b"".join(files.read(enclosure.stored, keeper=enclosure.keeper))


def copy_enclosures(report, other):
    """Let ``other`` enclose the same; a file of the patient's is sealed once more."""
    for row in report.files.select_related("file", "article"):
        row.report = report
        stored = _copied(row) if row.file_id else None
        ReportFile.objects.create(report=other, file=stored, article=row.article)


def _copied(enclosure):
    file, keeper = enclosure.file, enclosure.keeper
    return files.put(
        files.opened(file, keeper=keeper),
        name=enclosure.name,
        content_type=file.content_type,
        limit=PAPER_BYTES,
        keeper=keeper,
    )


def _with_room(report):
    current = locked_draft(report)
    if current.files.count() >= MOST_ENCLOSED:
        raise Refused(f"{MOST_ENCLOSED} files go along with this {current.noun} already.", field="file")
    return current


def _add(report, by, **what):
    made = ReportFile.objects.create(report=report, **what)
    record("enclosed", by=by, subject=report)
    return made
