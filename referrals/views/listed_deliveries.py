"""What went out about a referral, on its page, without a query of its own."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from referrals.models import Delivery, Report

TIMES = ("sent_at", "opened_at", "downloaded_at", "confirmed_at", "revoked_at")


def listed_deliveries():
    """The deliveries of a referral's reports as JSON, for an annotation ``listed_deliveries``."""
    rows = Delivery.objects.filter(report__referral=OuterRef("pk")).order_by("-made_at", "-id")
    row = JSONObject(
        **{name: name for name in ("id", "channel", "revoked_because", *TIMES)},
        partner="partner__name",
        report="report_id",
        number="report__number",
        kind="report__kind",
        status="report__status",
    )
    return ArraySubquery(rows.values(row=row))


def deliveries_of(referral) -> list[Delivery]:
    """What ``listed_deliveries`` said, the latest first, as rows that name their partner."""
    found = []
    for row in referral.listed_deliveries:
        report = Report(id=row["report"], kind=row["kind"], status=row["status"], number=row["number"])
        delivery = Delivery(id=row["id"], channel=row["channel"], report=report)
        delivery.revoked_because = row["revoked_because"]
        for name in TIMES:
            setattr(delivery, name, row[name] and datetime.fromisoformat(row[name]))
        delivery.partner_name = row["partner"]
        found.append(delivery)
    return found
