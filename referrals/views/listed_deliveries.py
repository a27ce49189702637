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
        **{name: name for name in ("id", "channel", *TIMES)},
        partner="partner__name",
        report="report_id",
        number="report__number",
    )
    return ArraySubquery(rows.values(row=row))


def listed_final():
    """The final reports that nothing replaces, for an annotation ``listed_final``."""
    rows = Report.objects.standing().filter(referral=OuterRef("pk")).order_by("-finalised_at")
    return ArraySubquery(rows.values(row=JSONObject(id="id", number="number")))


def deliveries_of(referral) -> list[Delivery]:
    """What ``listed_deliveries`` said, the latest first, as rows that name their partner."""
    found = []
    for row in referral.listed_deliveries:
        delivery = Delivery(id=row["id"], channel=row["channel"], report_id=row["report"])
        for name in TIMES:
            setattr(delivery, name, row[name] and datetime.fromisoformat(row[name]))
        delivery.partner_name, delivery.number = row["partner"], row["number"]
        found.append(delivery)
    return found
