"""The patients that passed between us and one partner, a few of each direction."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, F, OuterRef, Subquery, When, Window
from django.db.models.functions import RowNumber

from referralcrm.core.templatetags.house import in_words, short_day
from referrals.models import Obligation, Referral
from referrals.states import Direction, Journey, Loop

RECENT = 5  # referrals in each of the two lists


@dataclass(frozen=True)
class Line:
    """One referral in words; ``tone`` is the look of ``tag``, which says what is due."""

    key: UUID
    direction: str
    patient: str
    subject: str
    why: str
    tag: str = ""
    tone: str = ""


def recently_passed(partner, *, today, with_names: bool | None):
    """The newest few received and the newest few sent, as two lists of Lines.

    With None the patients are left out, and nothing of theirs is opened.
    """
    lines = [_line(row, today, with_names) for row in _newest(partner)]
    return [
        [line for line in lines if line.direction == direction]
        for direction in (Direction.RECEIVED, Direction.SENT)
    ]


def _newest(partner):
    """With the state of the report that is due first."""
    report = Obligation.objects.filter(referral=OuterRef("pk")).order_by(
        Case(When(state=Loop.DUE, then=0), default=1), "due_on", "id"
    )
    newest = Window(RowNumber(), partition_by="direction", order_by=[F("happened_on").desc(), F("id").desc()])
    rows = Referral.objects.kept().filter(partner=partner).select_related("patient", "service", "discipline")
    return rows.annotate(
        place=newest,
        report_state=Subquery(report.values("state")[:1]),
        report_due=Subquery(report.values("due_on")[:1]),
    ).filter(place__lte=RECENT)


def _line(row, today, with_names):
    tag, tone = _due(row, today)
    return Line(
        key=row.pk,
        direction=row.direction,
        patient="" if with_names is None else row.patient.label(with_name=with_names),
        subject=str(row.service or row.discipline or ""),
        why=" · ".join(filter(None, [_standing(row, today), _reported(row)])),
        tag=tag,
        tone=tone,
    )


def _standing(row, today):
    day = getattr(row, f"{row.journey}_on", None) or row.closed_on or row.happened_on
    since = "since " if row.journey == Journey.IN_CARE else ""
    return f"{row.get_journey_display()} {since}{short_day(day, today)}"


def _reported(row):
    whose = "" if row.direction == Direction.RECEIVED else "their "
    words = {Loop.SENT: "sent", Loop.RECEIVED: "received", Loop.ACKNOWLEDGED: "confirmed received"}
    return f"{whose}report {words[row.report_state]}" if row.report_state in words else ""


def _due(row, today):
    if row.report_state != Loop.DUE:
        return "", ""
    whose = "" if row.direction == Direction.RECEIVED else "their "
    if row.report_due < today:
        return f"{whose}report was due {in_words(row.report_due, today)}", "late"
    return f"{whose}report due {in_words(row.report_due, today)}", "soon"
