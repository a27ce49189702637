"""The reports of a referral on its page, without a query of their own."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from referrals.models import Report
from referrals.models.report_parts import DESCRIPTIONS, kinds_for
from referrals.states import ReportStatus


@dataclass(frozen=True)
class Listed:
    """One document as a line."""

    id: str
    title: str
    noun: str
    number: int | None
    author: str
    at: datetime  # signed, or saved last
    replaced_by: int | None
    is_being_amended: bool
    obligation: object  # the promised report it meets, or None

    @property
    def is_final(self) -> bool:
        return self.number is not None

    def meets(self, promised) -> bool:
        """Whether it was written for this promised report, and no newer version stands in its place."""
        return self.obligation is promised and not self.replaced_by

    @property
    def called(self) -> str:
        """As ``Report.called``."""
        return f"{self.noun} {self.number}" if self.is_final else self.noun

    @property
    def stands(self) -> bool:
        """Final, and not replaced by a later version."""
        return self.is_final and not self.replaced_by


def listed_documents():
    """The documents of a referral as JSON, for an annotation ``documents``."""
    kept = Report.objects.kept().filter(referral=OuterRef("pk"))
    names = ("id", "kind", "status", "number", "amends_id", "obligation_id", "saved_at", "finalised_at")
    row = JSONObject(**{name: name for name in names}, author="author__name")
    return ArraySubquery(kept.order_by("-started_at", "-id").values(row=row))


def documents_of(referral, promised) -> list[Listed]:
    """What ``listed_documents`` said, newest first; ``promised`` are the referral's obligations."""
    by_key = {str(row.pk): row for row in promised}
    later = {row["amends_id"]: row for row in referral.documents if row["amends_id"]}
    return [_line(row, later.get(row["id"]), by_key) for row in referral.documents]


def _line(row, later, promised):
    is_final = row["status"] == ReportStatus.FINAL
    description = DESCRIPTIONS[row["kind"]]
    return Listed(
        id=row["id"],
        title=description.title,
        noun=description.noun,
        number=row["number"],
        author=row["author"],
        at=datetime.fromisoformat(row["finalised_at"] if is_final else row["saved_at"]),
        replaced_by=later["number"] if later else None,
        is_being_amended=bool(later and later["number"] is None),
        obligation=promised.get(row["obligation_id"]),
    )


def can_be_written(referral) -> bool:
    """Whether there is a kind of document about such a referral, and a patient it would be about."""
    return bool(kinds_for(referral)) and not referral.patient.is_nameless
