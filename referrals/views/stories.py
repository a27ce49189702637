"""What was told without the patient, on the page of a referral; its own pages are the outbox's."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from referrals.models import Story


def listed_stories():
    """The stories of a referral as JSON, so that its page needs no query of its own for them."""
    found = Story.objects.kept().filter(referral=OuterRef("pk"))
    row = JSONObject(id="id", kind="kind", written_at="written_at", shared_at="shared_at")
    return ArraySubquery(found.values(row=row))


def stories_of(referral) -> list[Story]:
    """What ``listed_stories`` said, as rows without their words."""
    return [_as_row(row) for row in referral.listed_stories]


def _as_row(row):
    told = Story(id=row["id"], kind=row["kind"])
    told.written_at = datetime.fromisoformat(row["written_at"])
    told.shared_at = datetime.fromisoformat(row["shared_at"]) if row["shared_at"] else None
    return told
