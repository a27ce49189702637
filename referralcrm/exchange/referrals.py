"""The log as a file that a spreadsheet opens. Patients stand there by record number only."""

from referralcrm.audit.actions import record
from referralcrm.core.csvs import csv_response
from referralcrm.exchange.partners import text_of
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import chosen_place
from referrals.filters import ReferralFilter
from referrals.models import Referral

COLUMNS = {
    "id": "id",
    "matter": "matter",
    "direction": "direction",
    "happened on": "happened_on",
    "source": "source",
    "partner": "partner.name",
    "discipline of the partner": "partner.discipline.name",
    "organisation": "organisation.name",
    "record number": "patient.record_number",
    "service": "service.name",
    "discipline": "discipline.name",
    "clinician": "clinician.name",
    "location": "location.name",
    "urgency": "urgency",
    "came by": "channel",
    "journey": "journey",
    "accepted on": "accepted_on",
    "booked on": "scheduled_on",
    "booked for": "appointment_on",
    "attended on": "attended_on",
    "in care on": "in_care_on",
    "completed on": "completed_on",
    "closed on": "closed_on",
    "back with the referrer on": "next_visit_on",
    "report": "report.state",
    "report due on": "report.due_on",
    "report sent or received on": "report.sent_on",
    "report confirmed on": "report.acknowledged_on",
    "entered at": "entered_at",
}


@allow(Permission.EXPORT)
def referrals(request):
    """The referrals of the list's filters, newest first."""
    rows = Referral.objects.not_deleted().with_everyone().prefetch_related("obligations")
    found = ReferralFilter(request.GET, queryset=rows, here=chosen_place(request)).qs.order_by(
        "-happened_on", "-id"
    )
    record("exported", by=request.user, subjects=[row.pk for row in found], subject_type="referral")
    lines = ([text_of(row, path) for path in COLUMNS.values()] for row in found)
    return csv_response(f"referrals-{request.user.practice.today()}.csv", list(COLUMNS), lines)
