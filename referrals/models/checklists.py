"""The checklist of one referral: what its partner wants with it, and where each of these things is."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject

from partners.models import Paperwork
from partners.states import GoesWith
from referrals.models.enclosures import Enclosure
from referrals.models.referrals import Referral
from referrals.states import Direction, Enclosed

GOES_WITH = {Direction.SENT: GoesWith.REFERRAL, Direction.RECEIVED: GoesWith.REPORT}


@dataclass(frozen=True)
class Line:
    """One thing that goes with a referral. ``line`` and ``enclosure`` are keys; either may be None.

    ``is_about_the_patient`` says that somebody typed it for this patient: it is read by permitted eyes only.
    """

    what: str
    state: str = Enclosed.TO_FOLLOW
    line: UUID | None = None
    enclosure: UUID | None = None
    by: str = ""
    at: datetime | None = None
    version: int = 0
    is_about_the_patient: bool = False

    @property
    def is_enclosed(self) -> bool:
        return self.state == Enclosed.ENCLOSED

    @property
    def is_left_out(self) -> bool:
        return self.state == Enclosed.LEFT_OUT

    @property
    def said(self) -> str:
        """Where it is, in words."""
        return Enclosed(self.state).label


def with_checklists(referrals):
    """Referrals with what ``checklist`` reads, so that a page needs no query of its own for it."""
    wanted = Paperwork.objects.kept().filter(partner=OuterRef("partner"))
    ticked = Enclosure.objects.filter(referral=OuterRef("pk"))
    row = JSONObject(
        **{
            name: F(name) for name in ("id", "paperwork_id", "what", "state", "words_sealed", "at", "version")
        },
        by="by__name",
    )
    return referrals.annotate(
        paperwork_wanted=ArraySubquery(
            wanted.values(row=JSONObject(id="id", what="what", goes_with="goes_with"))
        ),
        paperwork_ticked=ArraySubquery(ticked.values(row=row)),
    )


def checklist(referral) -> list[Line]:
    """The partner's lines in order, then what was enclosed besides, then what was typed for this patient."""
    if not hasattr(referral, "paperwork_wanted"):
        found = with_checklists(Referral.objects.filter(pk=referral.pk)).get()
        referral.paperwork_wanted, referral.paperwork_ticked = found.paperwork_wanted, found.paperwork_ticked
    ticked = [_line(referral, row) for row in referral.paperwork_ticked]
    by_line = {line.line: line for line in ticked if line.line}
    wanted = [
        replace(by_line.pop(UUID(row["id"]), Line("")), what=row["what"], line=UUID(row["id"]))
        for row in referral.paperwork_wanted
        if row["goes_with"] in (GOES_WITH[referral.direction], GoesWith.BOTH)
    ]
    besides = [line for line in by_line.values() if line.is_enclosed]
    typed = [line for line in ticked if line.is_about_the_patient and not line.is_left_out]
    return [*wanted, *besides, *typed]


def told_to(partner, referral) -> tuple[list[str], list[str]]:
    """What a cover note to ``partner`` says of a referral's checklist, as it is ticked now.

    A signed page says nothing of it, because ticks go on changing. The list is the partner's of the
    referral: nobody else is told of it.
    """
    return enclosed_and_to_follow(checklist(referral)) if partner.pk == referral.partner_id else ([], [])


def enclosed_and_to_follow(lines) -> tuple[list[str], list[str]]:
    """What is with it, and what will follow."""
    return tuple(
        [line.what for line in lines if line.state == state]
        for state in (Enclosed.ENCLOSED, Enclosed.TO_FOLLOW)
    )


def _line(referral, row):
    typed = row["paperwork_id"] is None
    return Line(
        what=_words(referral, row) if typed else row["what"],
        state=row["state"],
        line=None if typed else UUID(row["paperwork_id"]),
        enclosure=UUID(row["id"]),
        by=row["by"] or "",
        at=datetime.fromisoformat(row["at"]),
        version=row["version"],
        is_about_the_patient=typed,
    )


def _words(referral, row):
    sealed = bytes.fromhex(row["words_sealed"].removeprefix("\\x"))
    return Enclosure(pk=UUID(row["id"]), referral=referral, words_sealed=sealed).words
