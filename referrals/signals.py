"""Facts about referrals, sent inside the transaction that made them true."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models.expressions import Combinable
from django.dispatch import Signal

referral_received = Signal()  # referral, by: a received referral was requested (not a draft)
referral_sent = Signal()  # referral, by
referral_withdrawn = Signal()  # referral, by: entered in error, declined or redirected
referral_restored = Signal()  # referral, by: an entry in error was undone, or the referral reopened
source_unknown = Signal()  # referral, by: a received referral came in and nobody knows who recommended us
recommended = Signal()  # referral, by: a person who is no partner recommended us, and is named
quality_flag_raised = Signal()  # flag, by: the manager must look into it (also: again)
quality_flag_settled = Signal()  # flag, by: it was answered, or put away
consent_withdrawn = Signal()  # consent, by: what it alone covered may go no more; its links are revoked
clinician_removed = Signal()  # patient, partner, by: a partner was taken off a patient's care team
report_taken_back = Signal()  # report, by: it was not sent, received or waived after all
report_answered = Signal()  # report (an Obligation), by: sent, received or said not to be required
advice_changed = Signal()  # advice, by: a question was asked, changed, answered, opened again, put away …
code_asked = Signal()  # code: a partner asked for a one-time code through their link; it leaves at once
status_changed = Signal()  # notice, by: something a partner asked to be told about one of their patients
delivery_made = Signal()  # delivery, by: a report goes to a partner; also when its link is sent anew
delivery_sent = Signal()  # delivery, by: it was posted or faxed
delivery_unsent = Signal()  # delivery, by: it was not posted after all
delivery_revoked = Signal()  # delivery, by: it was taken back
needs_primary_care = Signal()  # referral, by: the patient is new to the area, or has no doctor of their own
what_stands_beside = Signal()  # what an app above shows on a referral's page: answer with ``Beside``


@dataclass(frozen=True)
class Beside:
    """One small part of a referral's page: ``expression`` is read with the referral, as ``name``.

    ``read`` makes of it what the template is told as ``said``: once for the referral, or, at the place
    "report", for each of its reports; None shows nothing there.
    """

    name: str
    expression: Combinable
    template: str
    place: Literal["aside", "report"] = "aside"
    read: Callable[[Any, Any], Any] = lambda found, row: found


def beside() -> list[Beside]:
    """What the apps above want to show on a referral's page."""
    return [part for _, part in what_stands_beside.send(None)]
