"""Their report is here: attached, recorded as received and acknowledged in one act."""

from django.db import transaction

from referralcrm.core.refused import Refused
from referrals.actions.attachments import attach
from referrals.actions.loop import confirm_report, record_report
from referrals.models import Obligation
from referrals.states import Paper, Side


@transaction.atomic
def take_in(report, *, by, files, acknowledged, received_on=None, title="", version=None):
    """Attach ``files`` as the report (Obligation) they promised; all of it happens or nothing.

    ``acknowledged``: they were told that we have it. Returns the Attachments. Raises Refused and Stale.
    """
    if report.side != Side.THEM:
        raise Refused("This report is ours to send.")
    record_report(report, by=by, on=received_on, version=version)
    if acknowledged:
        confirm_report(Obligation.objects.get(pk=report.pk), by=by)
    words = {"kind": Paper.REPORT, "received_on": received_on, "title": title}
    return [attach(report.referral, by=by, file=file, **words) for file in files]
