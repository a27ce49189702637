"""What stands behind a link, told as openly as the patient's consent allows on this day."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404

from referrals.actions.consents import problem
from referrals.actions.deliveries import scope_of
from referrals.actions.reports import enclosed, pdf_of
from referrals.models import Delivery, StatusNotice
from referrals.models.checklists import told_to
from referrals.states import ConsentScope


@dataclass(frozen=True)
class News:
    """One thing that happened, and about whom as the reader may know it."""

    whom: str
    what: str
    on: date


@dataclass(frozen=True)
class Paper:
    """One file, by the last part of its address."""

    what: str
    name: str
    label: str
    size: int


@dataclass(frozen=True)
class Document:
    """One report with what goes along, and whether they said that they have it."""

    pk: object
    whom: str
    title: str
    author: str
    on: date
    confirmed_at: datetime | None
    papers: list[Paper]
    note: str  # the covering letter's words
    enclosed: list[str]  # what goes with it besides, from the partner's checklist
    to_follow: list[str]


def documents_behind(link) -> list[tuple[Delivery, Document]]:
    """The reports that may be shown to this partner today, the latest first."""
    rows = Delivery.objects.behind(link).with_all().select_related("report__author").order_by("-made_at")
    return [(row, _document(row)) for row in rows if may_be_shown(row)]


def is_shut(link) -> bool:
    """Whether nothing it led to may be shown today: then it opens no more than one that is over."""
    if not link.deliveries.exists() or news_of(link).exists():
        return False
    return not any(may_be_shown(row) for row in Delivery.objects.behind(link).with_all())


def may_be_shown(delivery) -> bool:
    """Whether the patient's consent covers it on this day."""
    report = delivery.report
    return problem(report.patient, delivery.partner, what=scope_of(report)) is None


def contents(delivery, what) -> tuple[bytes, str, str]:
    """(bytes, type, name) of the report's PDF ("report") or of what is enclosed. Raises Http404."""
    report = delivery.report
    if what == "report":
        return pdf_of(report), report.pdf.content_type, report.file_name
    for row in _enclosed(report):
        if str(row.pk) == what:
            return enclosed(row), row.content.type, row.file_name
    raise Http404


def _document(delivery):
    report = delivery.report
    enclosed, to_follow = told_to(delivery.partner, report.referral)
    along = [Paper(str(row.pk), row.name, row.content.label, row.stored.size) for row in _enclosed(report)]
    return Document(
        pk=delivery.pk,
        whom=report.patient.name or "Your patient",
        title=report.title,
        author=report.author.name,
        on=report.finalised_at.astimezone(report.practice.zone).date(),
        confirmed_at=delivery.confirmed_at,
        papers=[Paper("report", report.title, "PDF", report.pdf.size), *along],
        note=report.content["cover"].strip(),
        enclosed=enclosed,
        to_follow=to_follow,
    )


def _enclosed(report):
    rows = list(report.files.select_related("file", "article__file"))
    for row in rows:
        row.report = report
    return rows


def news_behind(link) -> list[News]:
    """What the partner asked to be told, the latest first."""
    rows = news_of(link).select_related("referral__patient")
    return [News(whom(row.referral, link.partner), row.get_what_display(), row.happened_on) for row in rows]


def news_of(link):
    """What the partner is told through this link."""
    return StatusNotice.objects.standing().filter(link=link, partner=link.partner_id)


def whom(referral, partner) -> str:
    """The patient's name where a report about them could be sent to this partner, else the month."""
    may_know = problem(referral.patient, partner, what=ConsentScope.REPORT) is None
    if may_know and referral.patient.name:
        return referral.patient.name
    return f"Your referral of {referral.happened_on:%B %Y}"
